"""Pools of processes, and what keeps a killed process from leaving the other side waiting."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import resource_tracker

from annotator.system.compat import close_result_writer, start_processes
from annotator.system.signals import signals_deferred, unblock_signals


def spawned_pool(count: int, initializer: Callable[..., None], *arguments: object) -> ProcessPoolExecutor:
    """A pool of `count` processes, all started; each first calls `initializer(*arguments)`.

    Once a process dies, even while it hands over a result, the pool raises BrokenProcessPool.
    """
    # Forked processes would inherit locks that the threads of an imported torch hold.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, context, partial(_begin, initializer, *arguments))
    resource_tracker.ensure_running()  # it unblocks signals when it is started
    with signals_deferred():  # a process that has been told only half of what it needs would print a traceback
        all_started = start_processes(pool, count)
    if all_started:
        close_result_writer(pool)
    return pool


def _begin(initializer: Callable[..., None], *arguments: object) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the parent ends these
    unblock_signals()
    initializer(*arguments)


def end_with_parent() -> None:
    """End this process when its parent ends: a parent that is killed cannot end its children, which would wait."""
    threading.Thread(target=_await_parent, daemon=True).start()


def _await_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
