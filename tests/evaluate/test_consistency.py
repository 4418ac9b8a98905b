"""Names that the gold tags in several ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.evaluate import consistency
from annotator.evaluate.consistency import Consistency, Inconsistency
from annotator.evaluate.evaluation import evaluate
from annotator.evaluate.paired_files import Files
from support.evaluations import document, written


def _consistency(path: Path, text: str) -> Consistency:
    gold = str(written(path / "gold.conll", text))
    return evaluate([Files(gold, gold)]).consistency


def test_exceptions_are_listed_with_their_places(tmp_path: Path) -> None:
    bern = "In O\nBern B-LOC\n\n"
    found = _consistency(tmp_path, bern * 4 + "Bern B-ORG\nsiegt O\n\n" + bern + "aus O\nBern O\n\n" * 2)
    path = tmp_path / "gold.conll"
    assert found == Consistency(
        (
            Inconsistency("Bern", "LOC", 5, "ORG", 1, (f"{path}:13, sentence 5",)),
            Inconsistency("Bern", "LOC", 5, "O", 2, (f"{path}:19, sentence 7", f"{path}:22, sentence 8")),
        ),
        found=2,
    )


def test_what_is_no_inconsistency(tmp_path: Path) -> None:
    text = "Die O\nZeit B-ORG\n\n" + "Zeit O\nist O\n\n" * 2 + "ort O\n\nort B-LOC\n\n" + "Bern B-LOC\nBern B-LOC\n"
    assert _consistency(tmp_path, text) == Consistency()


def test_runs_of_capitalised_words_are_compared_whole(tmp_path: Path) -> None:
    text = "Anna B-PER\nMeier I-PER\n\n" * 2 + "sah O\nAnna O\nMeier O\n. O\n\nAnna O\nMeier O\nHuber O\n"
    assert [(one.text, one.other_count) for one in _consistency(tmp_path, text).inconsistencies] == [("Anna Meier", 1)]


def test_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consistency, "MOST_NAMES", 10)
    text = "Bern B-LOC\n\n" * 3 + "".join(f"Ort{number} B-LOC\n\n" for number in range(30)) + "Bern B-ORG\n"
    found = _consistency(tmp_path, text)
    assert not found.complete and [one.usual_count for one in found.inconsistencies] == [3]


def test_records_of_characters(named_records: object) -> None:
    records = [document("Bern", (0, 4, label), line=line) for line, label in enumerate(("LOC", "LOC", "ORG"), start=1)]
    named_records(gold=records, pred=records)  # type: ignore[operator]
    found = evaluate([Files("gold.jsonl", "pred.jsonl")], format_name="jsonl").consistency
    assert [(one.usual, one.other, one.places) for one in found.inconsistencies] == [
        ("LOC", "ORG", ("file.jsonl:3, sentence 3",))
    ]
