"""`python -m annotator` as a process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from annotator.__main__ import main
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


def test_an_interrupt_during_imports_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupting:
        """Raises KeyboardInterrupt where the command line is imported, as Ctrl-C does."""

        def find_spec(self, name: str, *_: object) -> None:
            if name == "annotator.cli":
                raise KeyboardInterrupt

    for name in [name for name in sys.modules if name.startswith("annotator.cli")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Interrupting(), *sys.meta_path])
    with pytest.raises(SystemExit) as done:
        main()
    assert done.value.code == 130
    assert capsys.readouterr() == ("", "annotate: interrupted\n")
