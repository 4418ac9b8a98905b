"""The report as JSON, Markdown and HTML."""

from __future__ import annotations

import json

import pytest

from annotator.evaluate.evaluation import Evaluation
from annotator.evaluate.render import FORMATS, as_html, as_json, as_markdown, render
from annotator.evaluate.terminal import in_terminal


def test_json_holds_the_same_figures(wide: Evaluation) -> None:
    found = json.loads(as_json(wide))
    assert found["scores"]["micro"]["f1"] == wide.scores.micro.f1
    assert found["kinds"] == {kind.value: count for kind, count in wide.kinds.items()}
    assert set(found["overlaps"]) == {"strict", "exact", "partial", "type"}
    assert len(found["files"]) == 2 and found["comparison"]["p_value"] == 1.0


def test_text_is_escaped_in_html_and_markdown(wide: Evaluation) -> None:
    assert "<b>|" not in as_html(wide) and "&lt;b&gt;|" in as_html(wide)
    markdown = as_markdown(wide)
    assert "\\<b\\>\\|\\*" in markdown
    rows = [line for line in markdown.splitlines() if line.startswith("| PER")]
    assert len(rows) == 1 and f"{wide.scores.labels['PER'].f1:.4f}" in rows[0]


@pytest.mark.parametrize("format_name", [None, *FORMATS])
def test_reports_are_rendered_by_name(wide: Evaluation, format_name: str | None) -> None:
    assert render(wide, format_name) == FORMATS.get(format_name or "", in_terminal)(wide)
