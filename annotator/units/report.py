"""The status of a divided run as tables for the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from annotator.display import visible
from annotator.tables import number_column, terminal_table
from annotator.units.status import DONE, STATES, Status, UnitStatus

_STYLES = dict(zip(STATES, ("green", "yellow", "", "red"), strict=True))


def in_terminal(status: Status, most: int, console: Console | None = None) -> str:
    """How many units are in each state, and the first `most` of those that are not done or have rejects."""
    console = console or Console()
    with console.capture() as captured:
        console.print(_totals(status))
        for state in STATES[1:]:
            _list(console, state, [unit for unit in status.units if unit.state == state], most)
        _list(console, "with rejects", status.with_rejects, most)
        console.print(f"\n{'whole' if status.whole else 'not whole'}", style="bold green" if status.whole else "bold")
    return captured.get()


def _totals(status: Status) -> Table:
    columns = ("units", "share", "documents", "rejected", "words", "entities")
    table = terminal_table(Column(""), *map(number_column, columns))
    states = status.states
    for state in STATES:
        if states[state] or state == DONE:
            counts = status.counts_of(state)
            row = (counts.written, counts.rejected, counts.words, counts.entities)
            share = f"{states[state] / len(status.units):.1%}"
            table.add_row(Text(state, _STYLES[state]), f"{states[state]:,}", share, *(f"{one:,}" for one in row))
    return table


def _list(console: Console, title: str, units: list[UnitStatus], most: int) -> None:
    if not units or most <= 0:
        return
    table = terminal_table(
        number_column("unit"), Column(title, no_wrap=True), *map(number_column, ("written", "rejected"))
    )
    for unit in units[:most]:
        shard = Text(visible(unit.shard), no_wrap=True, overflow="ellipsis")
        table.add_row(f"{unit.number:,}", shard, f"{unit.counts.written:,}", f"{unit.counts.rejected:,}")
    console.print()
    console.print(table)
    if len(units) > most:
        console.print(f" and {len(units) - most:,} more", style="dim")
