"""The most frequent names of each kind of error."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.evaluate import surfaces
from annotator.evaluate.matching import Kind
from annotator.evaluate.surfaces import Surface
from support.evaluations import compared, written

SENTENCE = "Bern {0}\nund O\nRom {1}\n\n"


def test_names_are_counted_by_kind_and_label(tmp_path: Path) -> None:
    gold = written(tmp_path / "gold.conll", SENTENCE.format("B-LOC", "O") * 5)
    found = SENTENCE.format("O", "B-LOC") * 2 + SENTENCE.format("O", "B-ORG") + SENTENCE.format("B-ORG", "O") * 2
    result = compared(gold, found).surfaces
    assert result.missed == (Surface(Kind.MISSED, "Bern", "LOC", "", 3),)
    assert result.spurious == (
        Surface(Kind.SPURIOUS, "Rom", "", "LOC", 2), Surface(Kind.SPURIOUS, "Rom", "", "ORG", 1),
    )  # fmt: skip
    assert result.confused == (Surface(Kind.LABEL, "Bern", "LOC", "ORG", 2),) and result.complete


def test_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surfaces, "MOST_NAMES", 10)
    names = ["Bern"] * 4 + [f"Ort{number}" for number in range(30)]
    gold = written(tmp_path / "gold.conll", "".join(f"{name} B-LOC\n\n" for name in names))
    result = compared(gold, "".join(f"{name} O\n\n" for name in names)).surfaces
    assert (result.missed[0].text, result.missed[0].count, result.complete) == ("Bern", 4, False)
    assert len(result.missed) <= 10
