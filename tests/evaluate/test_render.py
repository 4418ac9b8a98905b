"""The report as JSON, Markdown and HTML."""

from __future__ import annotations

import json

from annotator.evaluate.evaluation import Evaluation
from annotator.evaluate.page import as_html
from annotator.evaluate.render import as_json, as_markdown, render
from annotator.evaluate.terminal import in_terminal


def test_json_holds_the_same_figures(wide: Evaluation) -> None:
    found = json.loads(as_json(wide))
    assert found["scores"]["micro"]["f1"] == wide.scores.micro.f1
    assert found["kinds"] == {kind.value: count for kind, count in wide.kinds.items()}
    assert set(found["overlaps"]) == {"strict", "exact", "partial", "type"}
    assert len(found["files"]) == 2 and found["comparison"]["p_value"] == 1.0


def test_text_is_escaped_in_markdown(wide: Evaluation) -> None:
    markdown = as_markdown(wide)
    assert "\\<b\\>\\|\\*" in markdown
    rows = [line for line in markdown.splitlines() if line.startswith("| PER")]
    assert len(rows) == 1 and f"{wide.scores.labels['PER'].f1:.4f}" in rows[0]


def test_reports_are_rendered_by_name(wide: Evaluation) -> None:
    assert render(wide) == in_terminal(wide) != render(wide, details=True) == in_terminal(wide, details=True)
    assert render(wide, "markdown") == as_markdown(wide) != render(wide, "markdown", details=True)
    assert render(wide, "json") == as_json(wide) and render(wide, "html") == as_html(wide)
