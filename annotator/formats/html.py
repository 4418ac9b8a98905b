"""HTML, which is only written: one page with the entities in colour, in the manner of displaCy's entity view.

Each mark shows its label and, on hover, its score. Each document has its id as its anchor. The page loads nothing from
elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape
from urllib.parse import quote

from annotator.display import MARK_STYLE, colour, escaped, marked_html, visible
from annotator.document import Document
from annotator.formats.base import DEFAULTS, WriteOptions

# The legend is written last, when all labels are known, but shown first.
HEAD = f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Named entities</title>
<style>
:root {{ color-scheme: light dark; font: 16px/1.9 system-ui, sans-serif; }}
body {{ display: flex; flex-direction: column; max-width: 50rem; margin: 0 auto; padding: 0 1rem 2rem; }}
footer {{ order: -1; position: sticky; top: 0; padding: .6rem 0; background: Canvas; border-bottom: 1px solid #8884; }}
article {{ content-visibility: auto; contain-intrinsic-size: auto 6rem; padding: .6rem 0; scroll-margin-top: 3rem;
  border-bottom: 1px solid #8883; }}
article > a {{ font: .75rem ui-monospace, monospace; color: GrayText; text-decoration: none; }}
p {{ margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }}
{MARK_STYLE}\
footer mark {{ margin-right: .5rem; white-space: nowrap; }}
:target > a {{ font-weight: bold; color: inherit; }}
</style>
</head>
<body>
"""
TAIL = "</body>\n</html>\n"


def write(documents: Iterable[Document], _options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """The page, yielded document by document."""
    labels: Counter[str] = Counter()
    count = 0
    yield HEAD.encode()
    for count, document in enumerate(documents, start=1):  # noqa: B007  used after the loop
        labels.update(entity.label for entity in document.entities)
        yield _article(document).encode()
    yield f"<footer>{_legend(labels, count)}</footer>\n{TAIL}".encode()


def _article(document: Document) -> str:
    anchor = escape(quote(visible(document.id), safe="/:"))
    head = f'<a href="#{anchor}">{escaped(document.id)}</a>'
    text = marked_html(document.text, document.entities)
    return f'<article id="{anchor}">{head}\n<p dir="auto">{text}</p></article>\n'


def _legend(labels: Counter[str], documents: int) -> str:
    marks = "".join(
        f'<mark style="background:{colour(label)}">{escaped(label)}<b>{labels[label]:,}</b></mark>'
        for label in sorted(labels)
    )
    noun = "document" if documents == 1 else "documents"
    return f"{marks or 'no entities '}<small>{documents:,} {noun}</small>"
