"""docs/formats.md shows the registry's tables. Its examples are run by tests/test_docs.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from annotator.formats import FORMATS, PARTS
from support.paths import ROOT

PAGE = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [[*head], ["---" for _ in head], *([*row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def marks(holds: frozenset[str]) -> Iterator[str]:
    return ("yes" if part in holds else "" for part in PARTS)


def test_the_table_is_that_of_the_registry() -> None:
    rows = (
        [f"[{f.name}](#{f.name})", " ".join(f.suffixes), "in" * f.reads, "out" * f.writes, *marks(f.holds)]
        for f in FORMATS.values()
    )
    expected = table(["name", "suffixes", "read", "written", *PARTS], rows)
    assert expected in PAGE, expected


def test_the_table_of_styles_is_that_of_the_registry() -> None:
    expected = table(["`--style`", *PARTS], ([name, *marks(holds)] for name, holds in FORMATS["jsonl"].styles.items()))
    assert expected in PAGE, expected


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_a_section(name: str) -> None:
    assert f"\n## {name}\n" in PAGE
