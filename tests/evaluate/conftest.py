"""Fixtures of all tests of evaluations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace

import pytest

from annotator.document import Document
from annotator.evaluate import paired_files
from annotator.evaluate.evaluation import Evaluation, evaluate
from annotator.evaluate.paired_files import Files
from support.evaluations import GOLD, written

SMALL = "Anna B-PER\nMeier I-PER\nwohnt O\nin O\nBern B-LOC\n"


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """A small gold file."""
    return written(tmp_path / "gold.conll", GOLD)


@pytest.fixture
def named_records(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes files of these names (with the suffix .jsonl) hold documents, whatever their format."""

    def name(**records: Iterable[Document]) -> None:
        def opened(names: list[str], *_: object) -> SimpleNamespace:
            return SimpleNamespace(documents=lambda: iter(records[names[0].removesuffix(".jsonl")]))

        monkeypatch.setattr(paired_files, "open_input", opened)

    return name


@pytest.fixture
def wide(tmp_path: Path) -> Evaluation:
    """An evaluation with all sections, long names, wide characters and control characters."""
    label = "a-very-long-label-indeed-that-no-table-has-room-for-in-eighty-columns"
    gold = written(
        tmp_path / ("gold" * 20 + ".conll"), SMALL.replace("LOC", label) + "\n東京大学 B-ORG\n\x1b[2J<b>|* B-PER\n" * 40
    )
    found = written(tmp_path / "pred.conll", gold.read_text(encoding="utf-8").replace("B-ORG", "B-PER", 20))
    return evaluate([Files(str(gold), str(found), str(found))] * 2)
