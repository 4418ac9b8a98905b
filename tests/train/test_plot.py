"""Results of trainings as pictures."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from annotator.train.experiments import CURVE, Results
from annotator.train.measure import MICRO, Score
from annotator.train.plot import plot
from annotator.train.trainer import Settings

from annotator.errors import AnnotatorError


def results(name: str, trained_on: dict[str, int], f1: float) -> Results:
    return Results(name, "base", trained_on, Settings(), [], {"fr": {MICRO: Score(f1, f1, f1, 1)}}, 1.0)


def test_a_heatmap_and_a_learning_curve(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    plot([results("joint", {"de": 1, "fr": 1}, 0.9), results("zero-shot", {"de": 1}, 0.4)], tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_text().startswith("<?xml")
    curve = [results(f"{CURVE}fr", {"de": 9}, 0.6), results(f"{CURVE}fr", {"fr": 5}, 0.4)]
    plot(curve, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_what_keeps_a_plot_from_being_drawn_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    with pytest.raises(AnnotatorError, match="cannot be written: No such file or directory"):
        plot([results("zero-shot", {"de": 1}, 0.4)], tmp_path / "nowhere" / "a.svg")
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(AnnotatorError, match=r"plots need matplotlib: pip install 'annotate-ner\[plot\]'"):
        plot([results("zero-shot", {"de": 1}, 0.4)], tmp_path / "a.svg")
