"""What the commands say is on stderr, a line each."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from annotator.cli.terminal import print_text, say, say_how_to_end, warn
from annotator.display import CONTROLS
from support.cli_runs import annotate


def test_lines_are_on_stderr_and_begin_with_the_name_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    say("wrote a.onnx")
    warn("no entity has the label MISC")
    assert capsys.readouterr() == ("", "annotate: wrote a.onnx\nannotate: warning: no entity has the label MISC\n")


def test_each_line_is_one_line_without_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    warn("no label \x1b]0;x\x07\n\x9b\u202e")
    assert capsys.readouterr().err == "annotate: warning: no label \\x1b]0;x\\x07\\n\\x9b\\u202e\n"


@pytest.mark.parametrize(
    "args", [["validate"], ["validate", "--json"], ["stats"], ["stats", "--json"], ["view"], ["evaluate", "GOLD"]]
)
def test_no_control_character_of_a_label_or_a_name_reaches_the_terminal(args: list[str], tmp_path: Path) -> None:
    path = tmp_path / "in.conll"
    path.write_text("Rom\x1b[2J\tB-\x1b]0;x\x07A\nBern\tB-\x9b31mX\nist\tO\nalt\u2066\tI-\u202eP\n", encoding="utf-8")
    run = annotate(*(str(path) if arg == "GOLD" else arg for arg in args), path)
    assert run.out and not CONTROLS.search((run.out.decode() + run.err).replace("\n", ""))


def test_texts_are_on_stdout(capfd: pytest.CaptureFixture[str]) -> None:
    print_text("Zürich \ud800")
    assert capfd.readouterr() == ("Zürich \\ud800\n", "")


class Keyboard(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("inputs", "quiet", "said"),
    [
        ((), False, "annotate: reading from the terminal; end with Ctrl-D, or see annotate --help\n"),
        (("a.txt", "-"), False, "annotate: reading from the terminal; end with Ctrl-D\n"),
        (("a.txt",), False, ""),
        ((), True, ""),
    ],
)
def test_a_command_that_waits_for_the_keyboard_says_so(
    inputs: tuple[str, ...], quiet: bool, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Keyboard())
    say_how_to_end(inputs, quiet)
    assert capsys.readouterr() == ("", said)


@pytest.mark.parametrize("stdin", [None, io.StringIO()])
def test_nothing_is_said_without_a_keyboard(
    stdin: io.StringIO | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", stdin)
    say_how_to_end((), quiet=False)
    assert capsys.readouterr() == ("", "")
