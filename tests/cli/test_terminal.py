"""What the commands say is on stderr, a line each."""

from __future__ import annotations

import pytest

from annotator.cli.terminal import say, warn


def test_lines_are_on_stderr_and_begin_with_the_name_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    say("wrote a.onnx")
    warn("no entity has the label MISC")
    assert capsys.readouterr() == ("", "annotate: wrote a.onnx\nannotate: warning: no entity has the label MISC\n")
