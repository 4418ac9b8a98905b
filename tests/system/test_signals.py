"""Signals that ask a process to end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from annotator.errors import Terminated
from annotator.system import signals
from support.cli_runs import COMMAND, ENVIRONMENT


@pytest.fixture
def _own_handler() -> Iterator[None]:
    """The handler of SIGTERM, for a test."""
    before = signal.getsignal(signal.SIGTERM)
    signals.end_on_sigterm()
    yield
    signal.signal(signal.SIGTERM, before)
    signals._Asked.yes = False


@pytest.mark.usefixtures("_own_handler")
def test_a_signal_that_comes_at_a_bad_moment_is_handled_after_it() -> None:
    done = False
    with pytest.raises(Terminated), signals.signals_deferred():
        os.kill(os.getpid(), signal.SIGTERM)
        thread = threading.Thread(target=signal.raise_signal, args=(signal.SIGTERM,))
        thread.start()
        thread.join()
        done = True
    assert done


def test_processes_that_are_started_meanwhile_have_signals_blocked() -> None:
    code = "import signal; print(sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())))"
    with signals.signals_deferred():
        blocked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "SIGINT" in blocked and "SIGTERM" in blocked
    assert signal.SIGTERM not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


@pytest.mark.usefixtures("_own_handler")
def test_a_signal_whose_exception_was_lost_ends_the_process_later() -> None:
    signals.end_if_asked()
    with suppress(BaseException):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.01)
    with pytest.raises(Terminated):
        signals.end_if_asked()


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_ended_while_its_workers_start_says_so_in_one_line(
    sent: signal.Signals, tiny: Path, tmp_path: Path
) -> None:
    """The signal goes to all processes of the run, at moments from the first worker on."""
    command = [
        str(COMMAND),
        "-o",
        str(tmp_path / "out.conll"),
        "--model",
        str(tiny),
        "--engine",
        "null",
        "--workers",
        "2",
    ]
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it, and what they start
    for delay in (0.0, 0.02, 0.05, 0.2, 0.5, 1.0):
        process = subprocess.Popen(
            command, env=ENVIRONMENT, stdin=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0
        )
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while "spawn_main" not in _command_lines(children):
            assert process.poll() is None
            time.sleep(0.005)
        time.sleep(delay)
        os.killpg(process.pid, sent)
        _, said = process.communicate(timeout=300)
        words = "terminated" if sent == signal.SIGTERM else "interrupted"
        assert said.decode().strip() == f"annotate: {words}", delay
        assert process.returncode == (143 if sent == signal.SIGTERM else 130)
        assert list(tmp_path.iterdir()) == []


def _command_lines(children: Path) -> str:
    lines = ""
    for number in children.read_text().split():
        with suppress(OSError):
            lines += Path(f"/proc/{number}/cmdline").read_text()
    return lines
