"""Calls of libraries that may block for minutes and handle no signal: awaited for a time, and then left behind.

Python handles a signal only between its own instructions, so never within a call of a library that waits for a network.
"""

from __future__ import annotations

import math
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import Any, TypeVar

from annotator.errors import UsageError

T = TypeVar("T")
SECONDS_VARIABLE = "ANNOTATE_REMOTE_SECONDS"
SECONDS = 60.0  # the longest wait for an answer over a network
MOST_SECONDS = 86_400.0
_left_behind: list[Future[Any]] = []


class NoAnswerError(Exception):
    """A call did not return in time."""


def longest_wait() -> float:
    """The seconds that an answer is awaited. Raises UsageError for an environment variable that is no such number."""
    text = os.environ.get(SECONDS_VARIABLE) or str(SECONDS)
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= MOST_SECONDS:
        raise UsageError(f"{SECONDS_VARIABLE}={text}: not a number of seconds", "set it to a number such as 60")
    return seconds


def awaited(call: Callable[[], T], seconds: float) -> T:
    """What `call` returns or raises, in a thread of its own; signals are handled meanwhile, in the main thread.

    Raises NoAnswerError after `seconds`. Then, and when a signal ends the wait, the call is left to itself: it must use
    nothing that is freed or written to by others.
    """
    answer: Future[T] = Future()
    try:
        threading.Thread(target=_make, args=(call, answer), daemon=True).start()
        wait([answer], seconds)  # a thread whose `join` is interrupted counts as ended (bpo-45274)
    finally:
        if not answer.done():
            _left_behind.append(answer)
    if not answer.done():
        raise NoAnswerError(f"no answer within {seconds:g} s")
    return answer.result()


def _make(call: Callable[[], T], answer: Future[T]) -> None:
    try:
        answer.set_result(call())
    except BaseException as error:  # raised again where it is awaited
        answer.set_exception(error)


def left_behind() -> int:
    """How many calls have been left behind and are still being made."""
    _left_behind[:] = [answer for answer in _left_behind if not answer.done()]
    return len(_left_behind)


def exit_without_waiting(code: int) -> None:
    """End the process at once if calls have been left behind: at a usual exit, their libraries wait for them."""
    if left_behind():
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)
