"""Runs of the command line, in this process (fast) or in its own (where that is the point)."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from annotator.cli import main

COMMAND = Path(sys.executable).with_name("annotate")
ENVIRONMENT = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}

SUMMARY = re.compile(
    r"annotate: read (\d+) = written (\d+) \+ rejected (\d+) documents; (\d+) words, (\d+) entities "
    r"in \d+\.\d s \([\d,]+ words/s\)\n"
)


@dataclass(frozen=True, slots=True)
class Run:
    """What a run gave: its exit code, its output and what it said."""

    code: int
    out: bytes
    err: str


def annotate(*args: object, stdin: bytes = b"") -> Run:
    """`annotate ARGS` in this process. An exception that would be a traceback goes through."""
    with (
        TemporaryFile() as written,
        os.fdopen(os.dup(written.fileno()), "w") as out,  # has a file descriptor, as stdout has
        io.TextIOWrapper(io.BytesIO(), write_through=True) as err,
        pytest.MonkeyPatch.context() as patch,
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        patch.setattr(sys, "argv", ["annotate", *map(str, args)])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as done:
            main()
        assert isinstance(done.value.code, int)
        out.flush()
        written.seek(0)
        err.seek(0)
        return Run(done.value.code, written.read(), err.read())


def annotate_apart(*args: object, stdin: bytes = b"", **variables: str) -> Run:
    """`annotate ARGS` as a process of its own, with pipes for stdin, stdout and stderr."""
    command = [str(COMMAND), *map(str, args)]
    done = subprocess.run(
        command, input=stdin, capture_output=True, env=ENVIRONMENT | variables, timeout=300, check=False
    )
    return Run(done.returncode, done.stdout, done.stderr.decode())


def refused(run: Run, code: int) -> str:
    """The message of a run that failed as it should: one line on stderr, nothing on stdout."""
    assert run.code == code, run
    assert run.out == b"" and "Traceback" not in run.err
    assert len(run.err.splitlines()) == 1 and run.err.endswith("\n"), run.err
    assert run.err.startswith("annotate: error: ")
    return run.err.removeprefix("annotate: error: ").removesuffix("\n")
