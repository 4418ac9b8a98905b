"""The tables of a report."""

from __future__ import annotations

from pathlib import Path

from annotator.evaluate.evaluation import Evaluation
from annotator.evaluate.sections import heading, quotes, sections
from support.evaluations import FOUND, GOLD, compared


def test_sections_without_anything_to_show_are_left_out(gold: Path, wide: Evaluation) -> None:
    perfect = [section.title for section in sections(compared(gold, GOLD))]
    assert perfect == ["Labels", "How strictly entities match"]
    assert {"Files", "Two systems", "Errors", "Confused labels"} <= {section.title for section in sections(wide)}


def test_every_row_has_a_cell_for_each_column(wide: Evaluation) -> None:
    for section in sections(wide):
        assert {len(row) for row in section.rows} == {len(section.columns)} and section.totals < len(section.rows)


def test_files_are_named_without_their_common_folder(gold: Path) -> None:
    result = compared(gold, FOUND)
    assert heading(result)["size"] == "3 sentences, 12 tokens, 3 entities"
    assert [quote.labels for quote in quotes(result)] == ["LOC → ORG", "PER “Anna Meier” → PER “Anna”", "none → PER"]
