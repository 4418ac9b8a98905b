from __future__ import annotations

import os
import signal
import threading
from concurrent.futures.process import BrokenProcessPool

import pytest

from annotator.system.processes import spawned_pool


def nothing() -> None:
    pass


def much_and_then_death(seconds: float) -> bytes:
    threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()
    return bytes(400_000_000)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.6, 0.8, 1.0])
def test_who_dies_while_handing_over_a_result_holds_nobody_up(seconds: float) -> None:
    pool = spawned_pool(1, nothing)
    with pytest.raises(BrokenProcessPool):
        for _ in range(3):  # it may just have been done with the first
            pool.submit(much_and_then_death, seconds).result(timeout=60)


def test_all_processes_are_started() -> None:
    pool = spawned_pool(2, nothing)
    assert len(pool._processes) == 2 and pool.submit(os.getpid).result(timeout=60) in pool._processes
    pool.shutdown()
