"""A leaderboard for the terminal, as Markdown and as JSON."""

from __future__ import annotations

import json

import pytest

from annotator.leaderboard.board import Board
from annotator.leaderboard.render import FORMATS, as_json, as_markdown, in_terminal, render
from annotator.tables import read_markdown_table
from support.boards import HOSTILE, NAMES


def test_all_figures_are_shown(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    text, markdown = in_terminal(board), as_markdown(board)
    cells = {row[0]: row for row in read_markdown_table(markdown)}
    for cell in board.cells:
        if cell.figure:
            column = 1 + [system.name for system in board.systems].index(cell.system)
            assert cells[cell.corpus][column].startswith(f"{cell.figure.f1:.4f}")
            assert f"{cell.figure.f1:.4f}" in text
    assert cells["corpus"] == ["corpus", "some", HOSTILE] and HOSTILE not in markdown
    assert "web/de/dev: " in text and "no file web/de/dev.*" in " ".join(text.split())


def test_json_holds_everything(board: Board) -> None:
    found = json.loads(as_json(board))
    assert [cell["corpus"] for cell in found["cells"] if cell["system"] == "some"] == list(NAMES)
    figure = board.cell("some", NAMES[0]).figure
    assert figure and found["cells"][0]["figure"]["f1"] == figure.f1
    assert found["systems"][1]["measured"] == 2 and found["corpora"][0]["entities"] == 40


def test_formats_by_name(board: Board) -> None:
    assert render(board, "json") == as_json(board) and render(board, "html").startswith("<!doctype html>")
    assert set(FORMATS) == {"terminal", "markdown", "json", "html", "model-index"}
