"""Taking things before they are asked for, so that what they need is under way by then."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeVar

from annotator.errors import AnnotatorError

T = TypeVar("T")


def take_ahead(items: Iterable[T], count: int) -> Iterator[T]:
    """The items in order, `count` of them taken beyond the one that is asked for.

    An AnnotatorError that taking them raises is raised once all before it have been given.
    """
    waiting: deque[T] = deque()
    failure: AnnotatorError | None = None
    left = iter(items)
    while True:
        try:
            waiting.append(next(left))
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
