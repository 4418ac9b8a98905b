"""How entities look wherever they are shown: colours, HTML marks, and control characters made visible."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Protocol
from zlib import crc32

# displaCy's colours, also under the names that other corpora give the same labels.
_COLOURS = {
    "PER": "#aa9cfc",
    "PERSON": "#aa9cfc",
    "ORG": "#7aecec",
    "LOC": "#ff9561",
    "GPE": "#feca74",
    "MISC": "#bfeeb7",
    "DATE": "#bfe1d9",
}
_OTHERS = ("#ffeb80", "#ff8197", "#f0d0ff", "#9cc9cc", "#c887fb", "#e4e7d2", "#bfeeb7", "#bfe1d9")
# Characters that would move the cursor or change the direction of the text after them: controls, separators and
# bidirectional marks. And halves of surrogate pairs, which cannot be encoded at all.
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_CONTROLS_WITHIN_LINES = re.compile(f"(?![\n\t]){CONTROLS.pattern}")
# CSS rules for marks, as they stand in a page and in a notebook.
MARK_STYLE = """\
mark { color: #000; padding: .15em .35em; border-radius: .35em; -webkit-box-decoration-break: clone;
  box-decoration-break: clone; }
mark b { font-size: .65em; letter-spacing: .03em; margin-left: .5em; vertical-align: .1em; }
"""


class Labelled(Protocol):
    """A labelled range of a text, [start, end), with its score if it has one."""

    @property
    def start(self) -> int:
        """The offset of its first character."""

    @property
    def end(self) -> int:
        """The offset after its last character."""

    @property
    def label(self) -> str:
        """Its label."""

    @property
    def score(self) -> float | None:
        """Its score, between 0 and 1."""


def colour(label: str) -> str:
    """The background colour of a label, `#rrggbb`, light enough for black text. A label's colour never changes."""
    return _COLOURS.get(label) or _OTHERS[crc32(label.encode("utf-8", "backslashreplace")) % len(_OTHERS)]


def visible(text: str) -> str:
    r"""The text with its control characters written as escapes, such as `\x1b`, except for line feeds and tabs."""
    return _CONTROLS_WITHIN_LINES.sub(lambda found: repr(found[0])[1:-1], text)


def one_line(text: str) -> str:
    r"""The text with all its control characters, line ends included, written as escapes."""
    return CONTROLS.sub(lambda found: repr(found[0])[1:-1], text)


def visible_json(text: str) -> str:
    """JSON with control characters in its strings written as JSON's own escapes."""
    return _CONTROLS_WITHIN_LINES.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def escaped(text: str) -> str:
    """The text for HTML: control characters visible, and characters with a meaning in HTML escaped."""
    return escape(visible(text))


def marked_html(text: str, entities: Iterable[Labelled]) -> str:
    """The text as HTML with a coloured `mark` around each entity, which shows its label and, on hover, its score.

    The entities are in text order, without overlap.
    """
    parts: list[str] = []
    end = 0
    for entity in entities:
        parts += [escaped(text[end : entity.start]), _mark(text, entity)]
        end = entity.end
    return "".join(parts) + escaped(text[end:])


def _mark(text: str, entity: Labelled) -> str:
    label = escaped(entity.label)
    score = "" if entity.score is None else f' title="{label}, score {entity.score:.4f}"'
    found = escaped(text[entity.start : entity.end])
    return f'<mark style="background:{colour(entity.label)}"{score}>{found}&NoBreak;<b>{label}</b></mark>'


def notebook_html(text: str, entities: Iterable[Labelled]) -> str:
    """The text as `marked_html`, with the styles that a notebook needs to show it."""
    style = f".annotator {{ white-space: pre-wrap; line-height: 1.9;\n{MARK_STYLE}}}"
    return f'<div class="annotator" dir="auto"><style>{style}</style>{marked_html(text, entities)}</div>'
