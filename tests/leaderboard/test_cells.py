"""What the tables of a leaderboard show."""

from __future__ import annotations

from annotator.leaderboard.board import NO_LANGUAGE, Board, Figure, SystemRow
from annotator.leaderboard.cells import BEST, MISSING, TIED, heading, language, mark, memory, rows, speed, spread
from support.boards import NAMES


def test_rows_are_corpora_and_means(board: Board) -> None:
    found = {row.name: row for row in rows(board)}
    assert list(found) == [*NAMES, "mean of 3 corpora", "mean of 2 languages"]
    assert found["web/de/dev"].cells[1] == MISSING
    assert all(len(row.cells) == 2 for row in found.values())
    lacking = found["mean of 3 corpora"].cells[1]
    assert isinstance(lacking, str) and lacking.endswith("(2 corpora)")


def test_marks(board: Board) -> None:
    equal, better = ([cell for cell in board.cells if cell.corpus == name] for name in NAMES[:2])
    assert [mark(cell.figure) for cell in equal if cell.figure] == [BEST, TIED]
    assert [mark(cell.figure) for cell in better if cell.figure] == [BEST, ""]


def test_texts(board: Board) -> None:
    system = SystemRow("x", ("a", "b"), 1, None, None, 1234.5, 480_000_000)
    assert (speed(system), memory(system)) == ("1,234", "480 MB")
    assert (speed(board.systems[0]), memory(board.systems[0])) == (MISSING, MISSING)
    assert (language(""), language("de")) == (NO_LANGUAGE, "de")
    figure = board.cell("some", NAMES[0]).figure
    assert isinstance(figure, Figure)
    assert spread(figure) == f"{figure.interval.low:.3f} to {figure.interval.high:.3f}"
    assert heading(board) == "F1 with its 95% interval, all sentences"
