"""docs/formats.md has the registry's tables. Its examples are run by test_docs.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from annotator.corpus.convert import PARTS
from annotator.formats import ALL, FORMATS
from annotator.formats.jsonl import STYLES
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


def test_every_format_has_a_section_and_what_it_can_hold_is_known() -> None:
    for form in FORMATS.values():
        assert f"\n## {form.name}\n" in PAGE
        assert form.holds <= ALL and all(holds <= ALL for holds in form.styles.values())
    assert {None, *FORMATS["jsonl"].styles} == set(STYLES)
    assert set(PARTS) == ALL
