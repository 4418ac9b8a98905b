"""Locks that a forked process does not inherit from threads that it does not have."""

from __future__ import annotations

import os
from threading import Condition, RLock


def lock_kept_over_forks() -> RLock:
    """A lock that no other thread holds while this one forks, so that the child finds it free and what it guards whole.

    Forking waits until the thread that holds it lets go. Make it when a module is imported: Python never forgets it.
    """
    lock = RLock()  # a thread that holds it may fork all the same
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)
    return lock


class NotWhileForking:
    """A context in which any number of threads may be at once, but none while a process forks.

    For libraries that take locks of their own, which a child would find held for ever. Forking waits until all threads
    have left it, and they wait for the fork to enter it. A thread that is in it must not fork. Make it when a module is
    imported: Python never forgets it.
    """

    def __init__(self) -> None:
        self._inside = self._forking = 0  # threads
        self._changed = Condition()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self._close, after_in_parent=self._open, after_in_child=self._open_in_child)

    def __enter__(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._forking)
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()

    def _close(self) -> None:
        self._changed.acquire()  # until the fork is done
        self._forking += 1
        self._changed.wait_for(lambda: not self._inside)

    def _open(self) -> None:
        self._forking -= 1
        self._changed.notify_all()
        self._changed.release()

    def _open_in_child(self) -> None:
        self._forking = 1  # whatever other threads of the parent were about to fork
        self._open()
