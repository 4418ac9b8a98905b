"""Pools of processes: they start at once, and a killed process breaks its pool instead of blocking it."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures.process import BrokenProcessPool

import pytest

from annotator.system.processes import spawned_pool


def do_nothing() -> None:
    pass


def large_result_then_death(seconds: float) -> bytes:
    threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()
    return bytes(400_000_000)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.6, 0.8, 1.0])
def test_a_process_that_dies_while_handing_over_a_result_breaks_the_pool(seconds: float) -> None:
    pool = spawned_pool(1, do_nothing)
    with pytest.raises(BrokenProcessPool):
        for _ in range(3):  # the first result may have been complete by then
            pool.submit(large_result_then_death, seconds).result(timeout=60)


def test_all_processes_are_started() -> None:
    pool = spawned_pool(2, do_nothing)
    assert len(pool._processes) == 2 and pool.submit(os.getpid).result(timeout=60) in pool._processes
    pool.shutdown()
