"""The page of a leaderboard."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.leaderboard.board import Board
from annotator.leaderboard.page import as_html
from support.boards import HOSTILE, NAMES
from support.evaluations import written
from support.report_pages import CHROMIUM, ReportPage, in_chromium


def test_every_figure_is_in_the_page(board: Board) -> None:
    text = as_html(board)
    page = ReportPage(text)
    assert page.open == [] and page.loads == [] and HOSTILE not in text
    rows = {row[0]: row for row in page.rows}
    for name in NAMES:
        for system, cell in zip(board.systems, rows[name][1:3], strict=True):
            figure = board.cell(system.name, name).figure
            assert cell.startswith(f"{figure.f1:.4f}" if figure else "–")
    assert rows[HOSTILE][3] == "2 of 3"
    values = [named.get("data-value") for tag, named in page.tags if tag == "td"]
    figure = board.cell("some", NAMES[0]).figure
    assert figure and str(figure.f1) in values
    assert any("no file web/de/dev" in note for note in board.notes) and "no file web/de/dev" in text


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")
def test_columns_can_be_sorted_in_a_browser(board: Board, tmp_path: Path) -> None:
    shown = in_chromium(written(tmp_path / "page.html", as_html(board)))
    assert shown.count('class="sort"') == sum(tag == "th" for tag, _ in ReportPage(as_html(board)).tags)
