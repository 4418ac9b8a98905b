"""HTML: one page that shows the documents with their entities coloured, as displaCy's entity view does.

A mark tells its label, and on hover its score. Documents have their ids as anchors. Nothing is loaded from elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape
from urllib.parse import quote

from annotator.display import colour, visible
from annotator.document import Document, Entity
from annotator.formats.base import DEFAULTS, WriteOptions

# The legend is written last, when all labels are known, and shown first.
HEAD = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Named entities</title>
<style>
:root { color-scheme: light dark; font: 16px/1.9 system-ui, sans-serif; }
body { display: flex; flex-direction: column; max-width: 50rem; margin: 0 auto; padding: 0 1rem 2rem; }
footer { order: -1; position: sticky; top: 0; padding: .6rem 0; background: Canvas; border-bottom: 1px solid #8884; }
article { content-visibility: auto; contain-intrinsic-size: auto 6rem; padding: .6rem 0; scroll-margin-top: 3rem;
  border-bottom: 1px solid #8883; }
article > a { font: .75rem ui-monospace, monospace; color: GrayText; text-decoration: none; }
p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
mark { color: #000; padding: .15em .35em; border-radius: .35em; -webkit-box-decoration-break: clone;
  box-decoration-break: clone; }
mark b { font-size: .65em; letter-spacing: .03em; margin-left: .5em; vertical-align: .1em; }
footer mark { margin-right: .5rem; white-space: nowrap; }
:target > a { font-weight: bold; color: inherit; }
</style>
</head>
<body>
"""
TAIL = "</body>\n</html>\n"


def write(documents: Iterable[Document], _options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """The page, document by document."""
    labels: Counter[str] = Counter()
    count = 0
    yield HEAD.encode()
    for count, document in enumerate(documents, start=1):  # noqa: B007  counts on
        labels.update(entity.label for entity in document.entities)
        yield _article(document).encode()
    yield f"<footer>{_legend(labels, count)}</footer>\n{TAIL}".encode()


def _article(document: Document) -> str:
    anchor = escape(quote(visible(document.id), safe="/:"))
    head = f'<a href="#{anchor}">{_shown(document.id)}</a>'
    parts: list[str] = []
    end = 0
    for entity in document.entities:
        parts += [_shown(document.text[end : entity.start]), _mark(document.text, entity)]
        end = entity.end
    text = "".join(parts) + _shown(document.text[end:])
    return f'<article id="{anchor}">{head}\n<p dir="auto">{text}</p></article>\n'


def _mark(text: str, entity: Entity) -> str:
    score = "" if entity.score is None else f' title="{_shown(entity.label)}, score {entity.score:.4f}"'
    named = f"{_shown(text[entity.start : entity.end])}&NoBreak;<b>{_shown(entity.label)}</b>"
    return f'<mark style="background:{colour(entity.label)}"{score}>{named}</mark>'


def _legend(labels: Counter[str], documents: int) -> str:
    marks = "".join(
        f'<mark style="background:{colour(label)}">{_shown(label)}<b>{labels[label]:,}</b></mark>'
        for label in sorted(labels)
    )
    counted = "document" if documents == 1 else "documents"
    return f"{marks or 'no entities '}<small>{documents:,} {counted}</small>"


def _shown(text: str) -> str:
    return escape(visible(text))
