"""Items taken from an iterator before they are asked for, so that the work behind them is already under way."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeVar

from annotator.errors import AnnotatorError

T = TypeVar("T")


def prefetch(items: Iterable[T], count: int) -> Iterator[T]:
    """The items in order; `count` more have been taken than have been asked for.

    An AnnotatorError raised by `items` is raised here only after every item before it has been yielded.
    """
    waiting: deque[T] = deque()
    failure: AnnotatorError | None = None
    iterator = iter(items)
    while True:
        try:
            waiting.append(next(iterator))
        except StopIteration:
            break
        except AnnotatorError as error:
            failure = error
            break
        if len(waiting) > count:
            yield waiting.popleft()
    yield from waiting
    if failure:
        raise failure
