"""The report as a picture."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from annotator.errors import AnnotatorError, UsageError
from annotator.evaluate.plot import check_plot, plot
from support.evaluations import FOUND, compared


def test_what_keeps_a_plot_from_being_drawn_is_reported_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib")
    check_plot(tmp_path / "a.svg")
    with pytest.raises(UsageError, match=r"name a file that ends in .png or .svg"):
        check_plot(tmp_path / "a.pdf")
    with pytest.raises(AnnotatorError, match="there is no folder"):
        check_plot(tmp_path / "nowhere" / "a.png")
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(AnnotatorError, match=r"plots need matplotlib: pip install 'annotate-ner\[plot\]'"):
        check_plot(tmp_path / "a.svg")


def test_a_plot_shows_the_confusions(gold: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    plot(compared(gold, FOUND), tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(AnnotatorError, match="cannot be written"):
        plot(compared(gold, FOUND), tmp_path / "nowhere" / "a.png")
