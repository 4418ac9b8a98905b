"""A leaderboard as an HTML page: a table of systems and a heat map of corpora, whose columns a small script sorts."""

from __future__ import annotations

from annotator.leaderboard.board import Board
from annotator.leaderboard.cells import LEGEND, MISSING, heading, language, mark, memory, speed, spread
from annotator.pages.template import page, printable


def as_html(board: Board) -> str:
    """The page, which loads nothing. Without its script, the tables are in the order of the command."""
    figures = [cell.figure.f1 for cell in board.cells if cell.figure]
    low, high = min(figures), max(figures)
    return page(
        "leaderboard.html",
        board=board,
        heading=heading(board),
        missing=MISSING,
        legend=LEGEND,
        mark=mark,
        notes=list(map(printable, board.notes)),
        cells={(cell.system, cell.corpus): cell for cell in board.cells},
        # The lowest figure is left a tint, so that it is told from a cell without one.
        share=lambda f1: 0.08 + 0.92 * (f1 - low) / (high - low) if high > low else 0.5,
        language=language,
        memory=memory,
        speed=speed,
        spread=spread,
    )
