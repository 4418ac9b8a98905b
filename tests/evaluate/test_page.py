"""The page: complete without its script, and nothing in it but what it escapes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from annotator.evaluate.evaluation import Evaluation, evaluate
from annotator.evaluate.matching import ERRORS
from annotator.evaluate.page import MOST_LABELS, as_html
from annotator.evaluate.paired_files import Files
from annotator.evaluate.sections import sections
from annotator.evaluate.weaknesses import weaknesses
from support.evaluations import FOUND, GOLD, compared, document, written
from support.report_pages import CHROMIUM, ReportPage, in_chromium


@pytest.fixture
def scored(named_records: Callable[..., None]) -> Evaluation:
    """Predictions with scores, some of them wrong."""
    gold = [document("Bern", (0, 4, "LOC"), line=line) for line in range(1, 21)]
    found = [
        document("Bern", (0, 4, "LOC" if line % 3 else "ORG"), score=line / 20, line=line) for line in range(1, 21)
    ]
    named_records(gold=gold, pred=found)
    return evaluate([Files("gold.jsonl", "pred.jsonl")], format_name="jsonl")


HOSTILE = "</script><script>alert(1)</script>"


def test_every_table_is_in_the_page(wide: Evaluation, scored: Evaluation) -> None:
    for evaluation in (wide, scored):
        text = as_html(evaluation)
        for section in (*sections(evaluation), *weaknesses(evaluation, details=True)):
            assert f"<h2>{section.title}</h2>" in text, section.title
    assert "Reliability of scores" in text and "Precision by coverage" in text


def test_every_figure_and_error_is_in_the_page(gold: Path) -> None:
    result = compared(gold, FOUND, other=GOLD)
    page = ReportPage(as_html(result))
    assert page.open == [] and page.loads == []
    cells = {cell for row in page.rows for cell in row}
    for score in (*result.scores.labels.values(), result.scores.micro, result.scores.macro):
        assert f"{score.f1:.4f}" in cells
    for bucket in result.buckets:
        assert any(row[0] == bucket.name and row[4] == f"{bucket.f1:.4f}" for row in page.rows if len(row) == 7)
    assert len(page.errors) == len(result.examples) == sum(result.kinds[kind] for kind in ERRORS) == 3
    assert [error["data-kind"] for error in page.errors] == ["wrong label", "wrong boundary", "spurious"]
    assert page.marks == [
        ("Bern", "gold predicted"), ("Anna", "gold predicted"), (" Meier", "gold"), ("Name", "predicted"),
    ]  # fmt: skip
    hidden = [tag for tag, named in page.tags if "hidden" in named]
    assert hidden == ["form"]  # which the script shows: without it there is nothing to filter by


def test_hostile_text_is_escaped(tmp_path: Path, wide: Evaluation) -> None:
    text = f'{HOSTILE}\tB-"><b>\n{HOSTILE}\tO\n\n\u202eBern\x1b\tB-LOC\n'
    gold = written(tmp_path / "<i>.conll", text)
    result = evaluate([Files(str(gold), str(written(tmp_path / "pred.conll", text.replace("B-LOC", "O"))))])
    page = as_html(result)
    assert HOSTILE not in page and "<i>" not in page and "\u202e" not in page and "\x1b" not in page
    parsed = ReportPage(page)
    assert [tag for tag, _ in parsed.tags].count("script") == 1 and parsed.open == []
    assert "<b>|" not in as_html(wide) and "&lt;b&gt;|" in as_html(wide)


def test_what_is_drawn_says_how_many_there_are(tmp_path: Path) -> None:
    gold = str(written(tmp_path / "gold.conll", "Bern B-LOC\n\n" * 9))
    found = str(written(tmp_path / "pred.conll", "Bern O\n\n" * 9))
    assert "2 of 9 errors, drawn at random (2 of 9 missed)" in as_html(evaluate([Files(gold, found)]))
    assert "All 9 errors" in as_html(evaluate([Files(gold, found)], examples=9))


def test_many_labels_with_spaces_and_colons(tmp_path: Path) -> None:
    text = "".join(f"Bern{number}\tB-place {number}: x\n\n" for number in range(500))
    gold = str(written(tmp_path / "gold.conll", text))
    page = ReportPage(as_html(evaluate([Files(gold, gold)])))
    assert [row[0] for row in page.rows].count("place 499: x") == 1
    assert max(map(len, page.rows)) == MOST_LABELS + 2
    assert f"the {MOST_LABELS} most frequent of 500 labels" in as_html(evaluate([Files(gold, gold)]))


def test_languages_are_told_by_the_names_of_files(tmp_path: Path) -> None:
    pairs = []
    for language in ("de", "ar"):
        gold = written(tmp_path / f"gold.{language}.conll", "Bern B-LOC\n")
        pairs.append(Files(str(gold), str(written(tmp_path / f"pred.{language}.conll", "Bern O\n"))))
    page = as_html(evaluate(pairs))
    assert "<option>ar</option><option>de</option>" in page
    assert {error["data-language"] for error in ReportPage(page).errors} == {"ar", "de"}


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")
def test_the_script_runs_in_a_browser(gold: Path, tmp_path: Path) -> None:
    page = written(tmp_path / "page.html", as_html(compared(gold, FOUND)))
    shown = in_chromium(page)
    assert "3 of 3 shown" in shown and '<form id="filter">' in shown
