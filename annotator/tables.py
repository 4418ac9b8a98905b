"""Tables in Markdown and in the terminal: Markdown is escaped only here, and all tables look alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Column, Table

_MARKUP = re.compile(r"[\\`*_\[\]<>|#]")
_ESCAPED = re.compile(rf"\\({_MARKUP.pattern})")
_LINE_ENDS = re.compile(r"[\r\n]+")
_CELL_END = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r":?-+:?")


def escape_markdown(text: str) -> str:
    """Plain text as Markdown that shows exactly this text; a line end becomes a space."""
    return _MARKUP.sub(r"\\\g<0>", _LINE_ENDS.sub(" ", text))


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: bool = False) -> str:
    """A Markdown table of plain-text cells, which are escaped.

    `numbers` aligns all columns but the first to the right.
    """
    rule = ["---", *["---:" if numbers else "---"] * (len(columns) - 1)]
    lines = [[escape_markdown(str(cell)) for cell in row] for row in (columns, *rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in (lines[0], rule, *lines[1:]))


def read_markdown_table(text: str) -> Iterator[list[str]]:
    """The rows of the tables in a Markdown text, headers included, as plain-text cells."""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("|") and line.endswith("|"):
            cells = [_ESCAPED.sub(r"\1", cell.strip()) for cell in _CELL_END.split(line)[1:-1]]
            if not all(map(_RULE.fullmatch, cells)):
                yield cells


def terminal_table(*columns: Column | str) -> Table:
    """An empty table for the terminal: a rule under the header and no other lines."""
    from rich import box
    from rich.table import Table

    return Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)


def number_column(name: str) -> Column:
    """A column of numbers: aligned to the right, never wrapped."""
    from rich.table import Column

    return Column(name, justify="right", no_wrap=True)
