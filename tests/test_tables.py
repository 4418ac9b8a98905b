"""Markdown and terminal tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from annotator.tables import escape_markdown, markdown_table, number_column, read_markdown_table, terminal_table

cells = st.text(st.sampled_from("ab \\|`*_[]<>#-:\n"), max_size=8)


def test_a_markdown_table_has_a_rule_and_escapes_its_cells() -> None:
    assert markdown_table(["corpus", "F1"], [["a|b", 0.5], ["c\nd", None]]) == (
        "| corpus | F1 |\n| --- | --- |\n| a\\|b | 0.5 |\n| c d | None |\n"
    )


def test_numbers_are_aligned_to_the_right() -> None:
    assert markdown_table(["label", "n", "m"], [], numbers=True) == "| label | n | m |\n| --- | ---: | ---: |\n"


@pytest.mark.parametrize(
    ("text", "markdown"), [("a_b", "a\\_b"), ("\\|", "\\\\\\|"), ("x\r\ny", "x y"), ("micro avg", "micro avg")]
)
def test_markdown_shows_plain_text(text: str, markdown: str) -> None:
    assert escape_markdown(text) == markdown


@given(st.lists(st.lists(cells.map(str.strip), min_size=2, max_size=2), max_size=4))
def test_a_table_is_read_as_it_was_written(rows: list[list[str]]) -> None:
    written = markdown_table(["name", "value"], rows)
    plain = [[" ".join(cell.split("\n")) for cell in row] for row in rows]
    rules = [row for row in plain if all(cell and set(cell) <= {"-", ":"} for cell in row)]
    if not rules:  # a row of dashes looks like a rule
        squeezed = [[" ".join(cell.split()) for cell in row] for row in plain]
        found = [[" ".join(cell.split()) for cell in row] for row in read_markdown_table(f"before\n\n{written}\nafter")]
        assert found == [["name", "value"], *squeezed]


def test_a_terminal_table_keeps_numbers_on_one_line() -> None:
    table = terminal_table("name", number_column("count"))
    table.add_row("a very long name that gives way", "1,234,567")
    console = Console(width=24, color_system=None)
    with console.capture() as captured:
        console.print(table)
    lines = [line.rstrip() for line in captured.get().splitlines()]
    assert lines[0].split() == ["name", "count"] and set(lines[1]) == {"─"}
    assert any(line.endswith("1,234,567") for line in lines[2:])
