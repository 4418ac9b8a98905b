"""Calls that block are awaited for a time, and left behind when that is over."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import pytest

from annotator.errors import UsageError
from annotator.system.calls import (
    SECONDS,
    SECONDS_VARIABLE,
    NoAnswerError,
    awaited,
    exit_without_waiting,
    left_behind,
    longest_wait,
)
from support.cli_runs import ENVIRONMENT

# Blocks in C, where no signal is handled, until the process ends.
BLOCKED = """
import ctypes, sys
from annotator.errors import Terminated
from annotator.system.calls import awaited, exit_without_waiting
from annotator.system.signals import end_on_sigterm

end_on_sigterm()
try:
    awaited(lambda: (print("begun", flush=True), ctypes.CDLL(None).sleep(1_000)), 500)
except KeyboardInterrupt as error:
    print(type(error).__name__)
    exit_without_waiting(7)
"""


def test_a_call_returns_or_raises_as_if_it_were_made_here() -> None:
    assert awaited(lambda: 3, 60) == 3
    with pytest.raises(ZeroDivisionError):
        awaited(lambda: 1 // 0, 60)
    with pytest.raises(TimeoutError, match="its own"):
        awaited(lambda: _raise(TimeoutError("its own")), 60)
    assert left_behind() == 0


def _raise(error: Exception) -> None:
    raise error


def test_a_call_that_takes_too_long_is_left_behind() -> None:
    go_on = threading.Event()
    with pytest.raises(NoAnswerError, match=r"no answer within 0\.05 s"):
        awaited(lambda: go_on.wait(300), 0.05)
    assert left_behind() == 1
    go_on.set()
    until = time.monotonic() + 300
    while left_behind() and time.monotonic() < until:
        time.sleep(0.01)
    assert left_behind() == 0
    exit_without_waiting(7)  # nothing is left behind, so this process goes on


@pytest.mark.parametrize(("sent", "name"), [(signal.SIGINT, "KeyboardInterrupt"), (signal.SIGTERM, "Terminated")])
def test_a_signal_ends_the_wait_and_the_process(sent: signal.Signals, name: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", BLOCKED],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  a background job ignores it
    )
    assert process.stdout is not None and process.stdout.readline() == "begun\n"
    process.send_signal(sent)
    assert (process.communicate(timeout=300)[0], process.returncode) == (f"{name}\n", 7)


def test_the_longest_wait_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SECONDS_VARIABLE, raising=False)
    assert longest_wait() == SECONDS
    monkeypatch.setenv(SECONDS_VARIABLE, "2.5")
    assert longest_wait() == 2.5
    for wrong in ("soon", "0", "-1", "nan", "inf"):
        monkeypatch.setenv(SECONDS_VARIABLE, wrong)
        with pytest.raises(UsageError, match=f"{SECONDS_VARIABLE}={wrong}: not a number of seconds"):
            longest_wait()
