"""`python -m annotator` as a process."""

from __future__ import annotations

import subprocess
import sys

from support.cli_runs import ENVIRONMENT, annotate


def python_m(*args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "annotator", *args], input=stdin, capture_output=True, env=ENVIRONMENT, check=False
    )


def test_it_is_the_same_as_annotate() -> None:
    done = python_m("--engine", "null", "-q", stdin=b"Rom\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"Rom\tO\n\n", b"")
    assert python_m("view", "--help").stdout == annotate("view", "--help").out


def test_errors_are_one_line_and_the_exit_code() -> None:
    done = python_m("nowhere.txt")
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"annotate: error: nowhere.txt: ") and done.stderr.count(b"\n") == 1
