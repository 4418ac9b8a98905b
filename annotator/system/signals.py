"""Signals that ask a process to end, while it does what must not be interrupted."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from annotator.errors import Terminated

_ENDING = (signal.SIGINT, signal.SIGTERM)


class _Asked:
    """Whether SIGTERM has come."""

    yes = False


def end_on_sigterm() -> None:
    """Treat SIGTERM, which schedulers send before they kill, like Ctrl-C, so that what is written stays usable."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminate)


def _terminate(_signal: int, _frame: object) -> None:
    _Asked.yes = True
    raise Terminated("terminated")


def end_if_asked() -> None:
    """Raises Terminated if SIGTERM has come, but what it raised was lost in code that ignores all exceptions."""
    if _Asked.yes:
        raise Terminated("terminated")


@contextmanager
def signals_deferred() -> Iterator[None]:
    """Handle signals that ask this process to end only after the `with` block.

    Processes that are started in it have these signals blocked. In threads other than the main one, that is all: no
    signal is handled there.
    """
    came: list[int] = []
    handlers = {}
    if threading.current_thread() is threading.main_thread():
        handlers = {number: signal.signal(number, lambda number, _: came.append(number)) for number in _ENDING}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
    if came:
        signal.raise_signal(came[0])


def unblock_signals() -> None:
    """Let a process have the signals that were blocked when it was started."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
