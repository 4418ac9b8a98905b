"""The report for a terminal."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.console import Console

from annotator.evaluate.evaluation import Evaluation
from annotator.evaluate.sections import sections
from annotator.evaluate.terminal import in_terminal


@pytest.mark.parametrize("width", [60, 80, 200])
def test_rows_are_never_wrapped(wide: Evaluation, width: int) -> None:
    text = in_terminal(wide, Console(width=width, color_system=None))
    lines = text.splitlines()
    assert max(map(cell_len, lines)) <= width
    for section in sections(wide):
        start = lines.index(section.title)
        table = [line for line in lines[start + 1 : start + 4 + len(section.rows)] if line.strip()]
        assert [line.split()[-1] for line in table[2:]][: len(section.rows) - section.totals] == [
            row[-1].split()[-1] for row in section.rows
        ][: len(section.rows) - section.totals]
    assert "\x1b" not in text
