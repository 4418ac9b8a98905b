"""Pools of processes, and what keeps a killed process from leaving the other side waiting."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

from annotator.system.compat import close_result_writer, start_processes


def spawned_pool(count: int, initializer: Callable[..., None], *arguments: object) -> ProcessPoolExecutor:
    """A pool of `count` processes, all started; each first calls `initializer(*arguments)`.

    Once a process dies, even while it hands over a result, the pool raises BrokenProcessPool.
    """
    # Forked processes would inherit locks that the threads of an imported torch hold.
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer, arguments)
    if start_processes(pool, count):
        close_result_writer(pool)
    return pool


def end_with_parent() -> None:
    """End this process when its parent ends: a parent that is killed cannot end its children, which would wait."""
    threading.Thread(target=_await_parent, daemon=True).start()


def _await_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
