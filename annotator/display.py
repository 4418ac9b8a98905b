"""How entities look wherever they are shown: the colours of labels, and text that obeys nobody."""

from __future__ import annotations

import re
from zlib import crc32

# displaCy's colours, with the names that other corpora have for the same labels.
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
# What would move the cursor, or turn the direction of what follows: controls, separators, bidirectional marks, and
# halves of surrogate pairs, which cannot be written at all.
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_BUT_LINES = re.compile(f"(?![\n\t]){CONTROLS.pattern}")


def colour(label: str) -> str:
    """The background for a label, `#rrggbb`, light enough for black text; always the same for the same label."""
    return _COLOURS.get(label) or _OTHERS[crc32(label.encode("utf-8", "backslashreplace")) % len(_OTHERS)]


def visible(text: str) -> str:
    r"""The text with control characters but line ends and tabs written as escapes, such as `\x1b`."""
    return _BUT_LINES.sub(lambda found: repr(found[0])[1:-1], text)
