"""The status in the terminal."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from annotator.run.counts import Counts
from annotator.units.plan import Plan
from annotator.units.report import in_terminal
from annotator.units.status import DONE, MISSING, Status, UnitStatus


def test_states_are_counted_and_the_first_units_shown() -> None:
    done = [UnitStatus(n, f"{n}.txt", f"{n}.conll", DONE, Counts(3, 2, 1, 9, 1)) for n in range(2)]
    missing = [UnitStatus(n, f"{n}.txt", f"{n}\x1b.conll", MISSING) for n in range(2, 9)]
    status = Status(Plan({}, []), (*done, *missing))
    text = in_terminal(status, 3, Console(file=StringIO(), width=80))
    lines = [line.split() for line in text.splitlines()]
    assert ["done", "2", "22.2%", "4", "2", "18", "2"] in lines and [
        "missing",
        "7",
        "77.8%",
        "0",
        "0",
        "0",
        "0",
    ] in lines
    assert "and 4 more" in text and "not whole" in text and "\x1b" not in text.replace("\x1b[", "")
    whole = in_terminal(Status(Plan({}, []), tuple(done)), 3, Console(file=StringIO(), width=80))
    assert "\nwhole" in whole and "with rejects" in whole and "missing" not in whole
