"""Pools of processes, none of which outlives or holds up the other side when one is killed."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any


def spawned_pool(count: int, begin: Callable[..., None], *given: object) -> ProcessPoolExecutor:
    """A pool of so many processes, all of them started; each calls `begin(*given)` first.

    Raises BrokenProcessPool from then on if one of them dies, even while it hands over a result.
    """
    # A forked process would inherit the threads' locks of a torch that is loaded already.
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), begin, given)
    while len(pool._processes) < count:
        pool.submit(_nothing)
    # A process that is killed half-way through a result leaves the reader waiting for the other half, unless
    # nobody else could write it.
    results: Any = pool._result_queue
    results._writer.close()
    return pool


def _nothing() -> None:
    pass


def end_with_parent() -> None:
    """End this process when its parent ends: one that is killed cannot tell its children, which would wait for ever."""
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
