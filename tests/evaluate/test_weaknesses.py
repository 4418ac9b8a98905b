"""The tables of where a system fails."""

from __future__ import annotations

from pathlib import Path

from annotator.evaluate.buckets import Feature
from annotator.evaluate.evaluation import Evaluation, evaluate
from annotator.evaluate.paired_files import Files
from annotator.evaluate.sections import Section
from annotator.evaluate.weaknesses import weaknesses
from support.evaluations import GOLD, compared, written


def titled(evaluation: Evaluation, details: bool) -> dict[str, Section]:
    """The tables by their titles."""
    found = {section.title: section for section in weaknesses(evaluation, details)}
    for section in found.values():
        assert section.rows and {len(row) for row in section.rows} == {len(section.columns)}
    return found


def test_nothing_is_shown_where_nothing_fails(gold: Path) -> None:
    assert titled(compared(gold, GOLD), details=False) == {}
    assert list(titled(compared(gold, GOLD), details=True)) == [
        f"F1 by {feature}" for feature in Feature if feature is not Feature.TRAINING
    ]


def test_a_short_report_has_the_lowest_buckets_and_frequent_names(tmp_path: Path) -> None:
    short, long = "Bern B-LOC\n\n", "Anna B-PER\nMeier I-PER\n\n"
    gold = str(written(tmp_path / "gold.conll", short * 30 + long * 30 + "Rom B-LOC\n\nBern B-ORG\n\n"))
    found = str(written(tmp_path / "pred.conll", short * 30 + long.replace("I-PER", "O") * 30 + "Rom O\n\nBern O\n\n"))
    other = str(written(tmp_path / "other.conll", "Bern O\n\n" * 30 + long * 30 + "Rom O\n\nBern O\n\n"))
    tables = titled(evaluate([Files(gold, found, other)]), details=False)
    assert tables["Where F1 is lowest"].rows[0][:2] == ("entity length: 2 words", "0.0000")
    differing = tables["Where the two systems differ most"].rows
    assert differing[0][0] == "entity length: 2 words" and differing[0][3] == "-1.0000"
    assert "Names most often missed" not in tables  # each is missed once
    assert tables["Names tagged in several ways in the gold"].rows == (
        (f"Bern: LOC, but ORG in {gold}:153, sentence 62", "30", "1"),
    )
    assert len(titled(evaluate([Files(gold, found)]), details=True)["Names most often missed"].rows) == 2


def test_training_data(gold: Path) -> None:
    result = evaluate([Files(str(gold), str(gold))], train=[str(gold)])
    rows = titled(result, details=True)["F1 by how often the name is in the training data"].rows
    assert [(row[0], row[4]) for row in rows] == [("with this label, once", "3")]
