"""The report as JSON, as Markdown or as an HTML page."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from html import escape

from annotator.evaluate.evaluation import Evaluation
from annotator.evaluate.sections import Quote, Section, heading, quotes, sections
from annotator.evaluate.weaknesses import weaknesses
from annotator.tables import escape_markdown, markdown_table

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: .5rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .8rem; text-align: right; border-bottom: 1px solid #8884; }
th:first-child, td:first-child { text-align: left; }
tr.total { font-weight: 600; }
mark { padding: 0 .2em; border-radius: .2em; }
.note, dd { opacity: .8; }
"""


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


def as_html(evaluation: Evaluation) -> str:
    """One page that loads nothing else."""
    about = {name: escape(text) for name, text in heading(evaluation).items()}
    title = f"{about['gold']}, {about['predicted']}"
    body = ["<h1>Evaluation</h1>\n<p>" + "<br>\n".join(f"{name}: {text}" for name, text in about.items()) + "</p>"]
    body += [_html_section(section) for section in (*sections(evaluation), *weaknesses(evaluation, details=True))]
    if shown := quotes(evaluation):
        body.append("<h2>Examples of errors</h2>\n<dl>\n" + "\n".join(map(_html_quote, shown)) + "\n</dl>")
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    )


def _html_section(section: Section) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in section.columns)
    plain = len(section.rows) - section.totals
    rows = [
        ('<tr class="total">' if number >= plain else "<tr>") + "".join(f"<td>{escape(cell)}</td>" for cell in row)
        for number, row in enumerate(section.rows)
    ]
    table = "<table>\n<tr>" + head + "</tr>\n" + "\n".join(rows) + "\n</table>"
    note = f'\n<p class="note">{escape(section.note)}</p>' if section.note else ""
    return f"<h2>{escape(section.title)}</h2>\n{table}{note}"


def _html_quote(quote: Quote) -> str:
    what = f"<b>{escape(quote.kind)}</b> {escape(quote.origin)} {escape(quote.labels)}"
    return (
        f'<dt>{what}</dt>\n<dd dir="auto">{escape(quote.before)} <mark>{escape(quote.text)}</mark> '
        f"{escape(quote.after)}</dd>"
    )


FORMATS: dict[str, Callable[[Evaluation], str]] = {"json": as_json, "html": as_html}


def render(evaluation: Evaluation, format_name: str | None = None, details: bool = False) -> str:
    """The report as `json`, `html` or `markdown`, or for the terminal (None).

    JSON and HTML hold everything; `details` asks the others for all buckets and longer lists.
    """
    if format_name == "markdown":
        return as_markdown(evaluation, details)
    if format_name is not None:
        return FORMATS[format_name](evaluation)
    from annotator.evaluate.terminal import in_terminal

    return in_terminal(evaluation, details=details)
