"""How entities look wherever they are shown: colours, HTML marks, and control characters made visible."""

from __future__ import annotations

import re
from collections.abc import Iterable
from colorsys import hls_to_rgb
from html import escape
from typing import Protocol
from zlib import crc32

# displaCy's colours, also under the names that other corpora give the same labels. This is the only table: terminal,
# page and notebook ask `colour`.
_COLOURS = {
    "PER": "#aa9cfc",
    "PERSON": "#aa9cfc",
    "ORG": "#7aecec",
    "LOC": "#ff9561",
    "GPE": "#feca74",
    "MISC": "#bfeeb7",
    "DATE": "#bfe1d9",
    "NORP": "#c887fb",
    "FAC": "#9cc9cc",
    "EVENT": "#ffeb80",
    "LAW": "#ff8197",
    "WORK_OF_ART": "#f0d0ff",
}
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
    """The background colour of a label, `#rrggbb`, on which black can be read whatever surrounds it.

    A label's colour never changes: it is that of the table, whatever the case of its letters, or else is made of the
    label itself, with one of 360 hues in one of three lightnesses.
    """
    return _COLOURS.get(label.upper()) or _made_of(label)


def _made_of(label: str) -> str:
    step, hue = divmod(crc32(label.encode("utf-8", "backslashreplace")), 360)
    parts = hls_to_rgb(hue / 360, (0.70, 0.76, 0.82)[step % 3], 0.75)
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts)


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
