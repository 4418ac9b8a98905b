"""The report for a terminal. Rows are never wrapped; long names are cut."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from annotator.evaluate.evaluation import Evaluation
from annotator.evaluate.sections import Quote, Section, heading, quotes, sections
from annotator.evaluate.weaknesses import weaknesses
from annotator.tables import number_column, terminal_table

COLOURS = {"missed": "red", "spurious": "magenta"}  # of the text of an example, by kind; others are yellow
MAX_WIDTH = 100


def in_terminal(evaluation: Evaluation, console: Console | None = None, details: bool = False) -> str:
    """The report in the console's colours and width (MAX_WIDTH columns at most).

    `details` asks for all buckets and longer lists.
    """
    console = console or Console()
    width = min(console.width, MAX_WIDTH)
    with console.capture() as captured:
        for name, text in heading(evaluation).items():
            console.print(_line(f"{name:<11}{_tail(text, width - 11)}", ""), width=width)
        for section in (*sections(evaluation), *weaknesses(evaluation, details)):
            console.print(_line(f"\n{section.title}", "bold"), width=width)
            console.print(_table(section), width=width)
            if section.note:
                console.print(_line(f" {section.note}", "dim"), width=width, no_wrap=False)
        if shown := quotes(evaluation):
            console.print(_line("\nExamples of errors", "bold"), width=width)
            for quote in shown:
                console.print(_quote(quote, width), width=width, no_wrap=True, overflow="ellipsis")
    return captured.get()


def _line(text: str, style: str) -> Text:
    return Text(text, style=style)


def _table(section: Section) -> Table:
    # The first column is shortened if a row would be too long; numbers never are.
    table = terminal_table(section.columns[0], *map(number_column, section.columns[1:]))
    plain = len(section.rows) - section.totals
    for number, (name, *cells) in enumerate(section.rows):
        if number == plain and number:
            table.add_section()
        table.add_row(Text(name, no_wrap=True, overflow="ellipsis"), *cells, style="" if number < plain else "bold")
    return table


def _quote(quote: Quote, width: int) -> Text:
    """Two lines: the error and where it is, then the text with the entity in brackets, cut to the width."""
    head = Text.assemble(" ", (quote.kind, "bold"), f"  {quote.origin}  ", quote.labels)
    room = max(0, width - cell_len(quote.text) - 7)
    before = _tail(quote.before, room // 2)
    after = Text(quote.after)
    after.truncate(max(0, room - cell_len(before)), overflow="ellipsis")
    mark = f"bold {COLOURS.get(quote.kind, 'yellow')}"
    context = Text.assemble("   ", (before, "dim"), " [", (quote.text, mark), "] ")
    return Text("\n").join([head, Text.assemble(context, (after.plain, "dim"))])


def _tail(text: str, width: int) -> str:
    """The end of the text that fits into `width` columns."""
    if cell_len(text) <= width:
        return text
    while text and cell_len(text) > width - 1:
        text = text[1:]
    return f"…{text}"
