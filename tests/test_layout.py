"""The layout keeps its word: few places at the top, a test for each module, small modules."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.paths import ROOT, TESTS

PACKAGE = ROOT / "annotator"
MOST_PLACES = 36
MOST_LINES = 320  # "about 300"


def _modules() -> list[Path]:
    return sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def test_the_top_level_can_be_taken_in_at_a_glance() -> None:
    places = {path.parts[0] for path in _modules()}
    assert len(places) <= MOST_PLACES, sorted(places)


@pytest.mark.parametrize("module", [m for m in _modules() if m.name != "__init__.py"], ids=str)
def test_each_module_has_its_test(module: Path) -> None:
    expected = TESTS / module.parent / f"test_{module.name}"
    assert expected.is_file(), f"write {expected.relative_to(ROOT)}"


@pytest.mark.parametrize("module", _modules(), ids=str)
def test_modules_stay_small(module: Path) -> None:
    lines = (PACKAGE / module).read_text(encoding="utf-8").count("\n")
    assert lines <= MOST_LINES, f"{module} has {lines} lines"
