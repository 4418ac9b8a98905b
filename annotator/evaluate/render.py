"""The report as JSON or Markdown, and by the name of its format."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict

from annotator.evaluate.evaluation import Evaluation
from annotator.evaluate.page import as_html
from annotator.evaluate.sections import Quote, heading, quotes, sections
from annotator.evaluate.weaknesses import weaknesses
from annotator.tables import escape_markdown, markdown_table


def as_json(evaluation: Evaluation) -> str:
    """All figures, unrounded, under their names in Python."""
    return json.dumps(asdict(evaluation), ensure_ascii=False, indent=2) + "\n"


def as_markdown(evaluation: Evaluation, details: bool = False) -> str:
    """The report for a README, an issue or a model card; `details` asks for all buckets and longer lists."""
    parts = ["".join(f"- {name}: {escape_markdown(text)}\n" for name, text in heading(evaluation).items())]
    for section in (*sections(evaluation), *weaknesses(evaluation, details)):
        parts.append(f"## {section.title}\n\n{markdown_table(section.columns, section.rows, numbers=True)}")
        if section.note:
            parts.append(f"{escape_markdown(section.note)}\n")
    if shown := quotes(evaluation):
        parts.append("## Examples of errors\n\n" + "".join(map(_markdown_quote, shown)))
    return "\n".join(parts)


def _markdown_quote(quote: Quote) -> str:
    origin, labels, before, text, after = map(
        escape_markdown, (quote.origin, quote.labels, quote.before, quote.text, quote.after)
    )
    context = f"{before} **[{text}]** {after}".strip()
    return f"- {quote.kind}, {origin}: {labels}  \n  {context}\n"


FORMATS: dict[str, Callable[[Evaluation, bool], str]] = {
    "json": lambda evaluation, _: as_json(evaluation),
    "markdown": as_markdown,
    "html": lambda evaluation, _: as_html(evaluation),
}


def render(evaluation: Evaluation, format_name: str | None = None, details: bool = False) -> str:
    """The report in one of FORMATS, or for the terminal (None).

    JSON and HTML hold everything; `details` asks the others for all buckets and longer lists.
    """
    if format_name is not None:
        return FORMATS[format_name](evaluation, details)
    from annotator.evaluate.terminal import in_terminal

    return in_terminal(evaluation, details=details)
