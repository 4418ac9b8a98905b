"""Counts of sentences, and notes about labels."""

from __future__ import annotations

from pathlib import Path

from annotator.evaluate.paired_files import LabelMap
from annotator.leaderboard.scoring import count, label_notes
from support.evaluations import FOUND, GOLD, compared, written


def test_counts_are_those_of_evaluate(gold_and_found: tuple[Path, Path]) -> None:
    gold, found = gold_and_found
    result = count(str(gold), str(found), None, LabelMap())
    micro = compared(gold, FOUND).scores.micro
    assert result.sentences.tolist() == [[0, 2, 2], [1, 1, 1], [0, 1, 0]] and result.tokens == 12
    assert result.figures == (micro.precision, micro.recall, micro.f1)
    assert count(str(gold), str(found), 2, LabelMap()).sentences.tolist() == [[0, 2, 2], [1, 1, 1]]


def test_labels_on_one_side_are_noted(tmp_path: Path) -> None:
    gold = written(tmp_path / "gold.conll", GOLD.replace("LOC", "GPE"))
    found = written(tmp_path / "found.conll", GOLD.replace("B-ORG", "O"))
    result = count(str(gold), str(found), None, LabelMap())
    assert label_notes("tool", "news", result, ["LOC", "ORG", "PER"]) == [
        "tool, news: GPE (1 in the gold) is not among its labels: all are missed",
        "tool, news: ORG (1 in the gold) is never predicted: all are missed",
        "tool, news: LOC (1 predicted) is not in the gold: all are wrong",
    ]
    mapped = count(str(gold), str(found), None, LabelMap.parse("GPE=LOC,ORG=O"))
    assert label_notes("tool", "news", mapped, []) == [] and mapped.figures == (1.0, 1.0, 1.0)


def test_gold_without_a_name(tmp_path: Path) -> None:
    gold = str(written(tmp_path / "gold.conll", "Kein O\n"))
    result = count(gold, gold, None, LabelMap())
    assert result.figures == (0, 0, 0)
    assert label_notes("tool", "news", result, []) == ["tool, news: no entity in the gold: F1 is 0"]
