"""Locks that a forked process does not inherit from threads that it does not have."""

from __future__ import annotations

import os
from threading import RLock


def lock_kept_over_forks() -> RLock:
    """A lock that no other thread holds while this one forks, so that the child finds it free and what it guards whole.

    Forking waits until the thread that holds it lets go. Make it when a module is imported: Python never forgets it.
    """
    lock = RLock()  # a thread that holds it may fork all the same
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)
    return lock
