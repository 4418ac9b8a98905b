"""Runs without stderr, or with one that is full or closed: they end as with one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.cli_runs import COMMAND, ENVIRONMENT, annotate
from support.paths import SAMPLES

DE = SAMPLES / "de.txt"


def code_of(line: str, *args: object, **variables: str) -> int:
    """The exit code of `annotate ARGS` with the redirections of a line of shell."""
    command = ["bash", "-c", f'exec "$0" "$@" {line}', str(COMMAND), *map(str, args)]
    return subprocess.run(command, env=ENVIRONMENT | variables, timeout=300, check=False).returncode


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("2>&-", ()),
        ("0<&- 1>&- 2>&-", ("--on-error", "skip")),
        ("2>/dev/full", ("--progress", "json")),
        ("2>/dev/full", ("--progress", "bar")),
        ("2> >(exec true)", ("--progress", "json")),
    ],
)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_run_does_not_depend_on_stderr(line: str, options: tuple[str, ...], tiny: Path, tmp_path: Path) -> None:
    command = (DE, "--model", tiny, "--engine", "null")
    assert code_of(line, *command, "-o", tmp_path / "out.conll", *options, PYTHONIOENCODING="ascii") == 0
    assert sorted(os.listdir(tmp_path)) == [".out.conll.journal", "out.conll"]  # noqa: PTH208
    assert (tmp_path / "out.conll").read_bytes() == annotate(*command).out


@pytest.mark.parametrize("line", ["2>&-", "2>/dev/full"])
def test_an_error_keeps_its_exit_code_without_stderr(line: str) -> None:
    assert code_of(line, "nowhere.txt") == 1 and code_of(line, "--limit", "x") == 2


def test_what_libraries_say_can_be_discarded() -> None:
    code = (
        "import os\n"
        "from annotator.system.standard_streams import stderr_discarded\n"
        "with stderr_discarded():\n"
        "    os.write(2, b'lost')\n"
        "os.write(2, b'kept')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=ENVIRONMENT, check=True)
    assert done.stderr == b"kept"
