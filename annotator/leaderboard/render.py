"""A leaderboard for the terminal, as Markdown and as JSON, and by the name of its format."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from annotator.leaderboard.board import Board, Figure
from annotator.leaderboard.cells import LEGEND, heading, mark, rows, spread
from annotator.leaderboard.model_index import as_model_index
from annotator.leaderboard.page import as_html
from annotator.pages.template import printable
from annotator.tables import escape_markdown, markdown_table, number_column, terminal_table

SHOWN_NOTES = 20


def in_terminal(board: Board) -> str:
    """The table for a terminal."""
    from rich.console import Console
    from rich.text import Text

    console = Console()
    table = terminal_table("corpus", *(number_column(printable(system.name)) for system in board.systems))
    begun = False
    for row in rows(board):
        if row.total and not begun:
            table.add_section()
            begun = True
        table.add_row(Text(row.name, style="bold" if row.total else ""), *map(_terminal_cell, row.cells))
    with console.capture() as captured:
        console.print(Text(heading(board)))
        console.print(table)
        console.print(Text(f" {LEGEND}", style="dim"))
        for note in _notes(board):
            console.print(Text(f" {note}", style="dim"))
    return captured.get()


def _terminal_cell(cell: Figure | str) -> Any:
    from rich.text import Text

    if isinstance(cell, str):
        return Text(cell)
    head = f"{cell.f1:.4f} {mark(cell) or ' '}"
    return Text.assemble((head, "bold" if cell.best else ""), "\n", (f"{spread(cell)}  ", "dim"))


def as_markdown(board: Board) -> str:
    """The table for a README or an issue."""

    def cell(one: Figure | str) -> str:
        return one if isinstance(one, str) else f"{one.f1:.4f} {mark(one)} ({spread(one)})".replace("  ", " ")

    columns = ["corpus", *(printable(system.name) for system in board.systems)]
    table = markdown_table(columns, [(row.name, *map(cell, row.cells)) for row in rows(board)], numbers=True)
    notes = "".join(f"- {escape_markdown(note)}\n" for note in _notes(board))
    return f"{escape_markdown(heading(board))}\n\n{table}\n{LEGEND}\n" + (f"\n{notes}" if notes else "")


def _notes(board: Board) -> list[str]:
    left = len(board.notes) - SHOWN_NOTES
    return [
        *map(printable, board.notes[:SHOWN_NOTES]),
        *([f"{left:,} more notes in JSON and HTML"] if left > 0 else []),
    ]


def as_json(board: Board) -> str:
    """All figures, unrounded, under their names in Python."""
    return json.dumps(asdict(board), ensure_ascii=False, indent=2) + "\n"


FORMATS: dict[str, Callable[[Board], str]] = {
    "terminal": in_terminal,
    "markdown": as_markdown,
    "json": as_json,
    "html": as_html,
    "model-index": as_model_index,
}


def render(board: Board, format_name: str) -> str:
    """The leaderboard in one of FORMATS."""
    return FORMATS[format_name](board)
