"""What the tables of a leaderboard show, whatever they are written in: rows are corpora, and means stand below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from annotator.evaluate.sections import SIGNIFICANT
from annotator.leaderboard.board import NO_LANGUAGE, Board, Figure, SystemRow
from annotator.pages.template import printable

BEST, TIED, MISSING = ("★", "≈", "–")
LEGEND = f"{BEST} best, {TIED} not told from the best by the paired bootstrap (p ≥ {SIGNIFICANT})"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: its name, and a figure or a text for each system."""

    name: str
    cells: tuple[Figure | str, ...]
    total: bool = False


def rows(board: Board) -> Iterator[Row]:
    """The rows of the table: the corpora, the means, speed and memory."""
    for corpus in board.corpora:
        cells = (board.cell(system.name, corpus.name).figure or MISSING for system in board.systems)
        yield Row(printable(corpus.name), tuple(cells))
    if len(board.corpora) > 1:
        yield Row(f"mean of {len(board.corpora)} corpora", tuple(_mean(s, s.mean, board) for s in board.systems), True)
    if len(board.languages) > 1:
        name = f"mean of {len(board.languages)} languages"
        yield Row(name, tuple(_mean(s, s.by_language, board) for s in board.systems), True)
    if any(system.words_per_second for system in board.systems):
        yield Row("words/s", tuple(speed(system) for system in board.systems), True)
        yield Row("memory", tuple(memory(system) for system in board.systems), True)


def _mean(system: SystemRow, figure: Figure | None, board: Board) -> Figure | str:
    if figure is None:
        return MISSING
    return figure if system.measured == len(board.corpora) else f"{figure.f1:.4f} ({system.measured} corpora)"


def speed(system: SystemRow) -> str:
    """Words a second, without loading."""
    return f"{system.words_per_second:,.0f}" if system.words_per_second else MISSING


def memory(system: SystemRow) -> str:
    """The peak memory of the process."""
    return f"{system.memory / 1e6:,.0f} MB" if system.memory else MISSING


def mark(figure: Figure) -> str:
    """The mark of a figure: the best, tied with the best, or none."""
    return BEST if figure.best else TIED if figure.tied else ""


def spread(figure: Figure) -> str:
    """The deviation over runs, if there are several, and the interval."""
    interval = f"{figure.interval.low:.3f} to {figure.interval.high:.3f}"
    return interval if figure.deviation is None else f"± {figure.deviation:.4f}; {interval}"


def heading(board: Board) -> str:
    """What the table shows."""
    taken = f"the first {board.limit:,} sentences of each corpus" if board.limit is not None else "all sentences"
    folded = [f"{s.name}: {len(s.runs)} runs, mean ± deviation" for s in board.systems if len(s.runs) > 1]
    return printable("; ".join([f"F1 with its 95% interval, {taken}", *folded]))


def language(name: str) -> str:
    """The language as a table shows it."""
    return name or NO_LANGUAGE
