"""Runs of the command line, in this process (fast) or in its own (where that is the point)."""

from __future__ import annotations

import io
import json
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
from support.paths import SAMPLES

COMMAND = Path(sys.executable).with_name("annotate")
ENVIRONMENT = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}

LINES = [line for path in sorted(SAMPLES.glob("*.txt")) for line in path.read_text(encoding="utf-8").splitlines()]
TEXT = "".join(f"{line}\n" for line in LINES).encode()
BAD_RECORDS = b'{"text": "Rom"}\n{"text": 1}\n[]\n{"text": "\xff"}\n{"id": "b", "text": "Bern"}\n'
SUMMARY = re.compile(
    r"annotate: read (\d+) = written (\d+) \+ rejected (\d+) documents; (\d+) words, (\d+) entities "
    r"in \d+\.\d s \([\d,]+ words/s\)\n"
)


@dataclass(frozen=True, slots=True)
class Run:
    """What a run gave: its exit code, stdout and stderr."""

    code: int
    out: bytes
    err: str


def annotate(*args: object, stdin: bytes = b"") -> Run:
    """`annotate ARGS` in this process. An exception that would print a traceback is raised."""
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
    """The message of a run that failed as it should: with one line on stderr and nothing on stdout."""
    assert run.code == code, run
    assert run.out == b"" and "Traceback" not in run.err
    assert len(run.err.splitlines()) == 1 and run.err.endswith("\n"), run.err
    assert run.err.startswith("annotate: error: ")
    return run.err.removeprefix("annotate: error: ").removesuffix("\n")


def texts(jsonl: bytes) -> list[str]:
    """The texts of records in JSON Lines."""
    return [json.loads(line)["text"] for line in jsonl.splitlines()]
