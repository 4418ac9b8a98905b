"""Markup in text: HTML and XML tags, character references and wiki marks, with exact offsets.

A tag, a wiki mark and a reference to one of `& < > "` or to a space is a word of its own. Other references
(`M&uuml;ller`, `L&#39;Italie`) are read as the characters that they stand for, inside the words of these. What
`<script>` and `<style>` contain is code, up to the tag that closes them; without one, it is text, because the tag may
only be talked about.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from html import unescape
from html.entities import html5
from typing import NamedTuple

from annotator.errors import UsageError
from annotator.prepare.tokens import BEGINS, PUNCTUATION, WORD, Token

# Whether the model sees tags as text, or not at all.
MARKUP = ("skip", "keep")

# Elements that contain text of their own, so that no sentence and no entity goes on beyond them.
_BLOCKS = frozenset([
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dialog",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "head", "header", "hr", "html", "legend", "li", "main", "nav", "ol", "optgroup", "option", "p", "pre",
    "section", "select", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "ul",
])  # fmt: skip
_INLINE = frozenset([
    "a", "abbr", "acronym", "area", "audio", "b", "base", "bdi", "bdo", "big", "button", "canvas", "cite",
    "code", "col", "colgroup", "data", "datalist", "del", "dfn", "em", "embed", "font", "i", "iframe", "img",
    "input", "ins", "kbd", "label", "link", "map", "mark", "meta", "meter", "noscript", "object", "output",
    "param", "picture", "progress", "q", "rp", "rt", "ruby", "s", "samp", "script", "slot", "small", "source",
    "span", "strike", "strong", "style", "sub", "sup", "svg", "template", "textarea", "time", "track", "tt",
    "u", "var", "video", "wbr",
])  # fmt: skip
_WITHOUT_VALUE = frozenset([
    "allowfullscreen", "async", "autofocus", "autoplay", "checked", "compact", "controls", "default", "defer",
    "disabled", "hidden", "ismap", "loop", "multiple", "muted", "nohref", "noshade", "novalidate", "nowrap",
    "open", "readonly", "required", "reversed", "selected",
])  # fmt: skip
# The elements that contain code, in which nothing is a mark, and the tags that close them.
_CODE = {name: re.compile(rf"</{name}\s*+>", re.IGNORECASE) for name in ("script", "style")}
_BEGINS_CODE = re.compile("<(?:script|style)", re.IGNORECASE)
# Possessive quantifiers keep the time linear in the length of the text.
_VALUE = r"""(?:"[^"<]*+"|'[^'<]*+'|[^\s"'<>=`]++)"""
_ATTRIBUTE = rf"\s++[A-Za-z_:][\w:.-]*+(?:\s*+=\s*+{_VALUE})?"
_MARK = re.compile(
    r"(?P<comment><!--(?:[^<-]|-(?!->)|<(?!!--))*+-->|<!\[CDATA\[|\]\]>|<![A-Za-z][^<>]*+>|<\?[A-Za-z][^<>]*+(?<=\?)>)"
    rf"|(?P<tag><(?P<close>/?)(?P<name>[A-Za-z_][\w:.-]*+)(?P<attributes>(?:{_ATTRIBUTE})*+)\s*+(?P<empty>/?)>)"
    r"|(?P<reference>&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
    r"|(?P<wiki>''+|\[\[|\]\]|\{\{|\}\})"
)
_ATTRIBUTE_PARTS = re.compile(r"\s++(?P<name>[A-Za-z_:][\w:.-]*+)(?P<value>\s*+=\s*+" + _VALUE + ")?")
# References to these characters are words of their own.
_APART = frozenset('&<>"')


class Kind(Enum):
    """What a mark is. `OPENING` and `CLOSING` are tags of blocks, and `TAG` any other; CODE stands between two tags."""

    TAG = "tag"
    OPENING = "opening"
    CLOSING = "closing"
    REFERENCE = "reference"
    LETTER = "letter"
    WIKI = "wiki"
    CODE = "code"


class Mark(NamedTuple):
    """A mark `text[start:end]`. `stands_for`: the character of a reference; the mark itself for any other kind."""

    start: int
    end: int
    kind: Kind
    stands_for: str

    @property
    def is_tag(self) -> bool:
        """Whether it is a tag or a comment."""
        return self.kind in (Kind.TAG, Kind.OPENING, Kind.CLOSING)

    @property
    def is_block(self) -> bool:
        """Whether it is the tag of a block."""
        return self.kind in (Kind.OPENING, Kind.CLOSING)


def check_markup(markup: str) -> None:
    """Raises UsageError unless `markup` is one of MARKUP."""
    if markup not in MARKUP:
        raise UsageError(f"unknown way to treat markup: {markup!r}", f"use {{markup}} {' or '.join(MARKUP)}")


def find_marks(text: str) -> list[Mark]:
    """The marks in a text, in order. Only what is surely markup counts: not `a < b`, `<3` or `<anna@example.org>`."""
    if not ("<" in text or "&" in text or "''" in text or "[[" in text or "]]" in text or "{{" in text or "}}" in text):
        return []
    if not _BEGINS_CODE.search(text):
        return [mark for match in _MARK.finditer(text) if (mark := _mark(match)) is not None]
    return list(_marks_and_code(text))


def _marks_and_code(text: str) -> Iterator[Mark]:
    """The marks in a text in which there may be code."""
    closed = set(_CODE)  # the elements that are closed as far as is known
    end = 0
    while match := _MARK.search(text, end):
        end = match.end()
        if mark := _mark(match):
            yield mark
        name = (match["name"] or "").lower()
        if mark and name in closed and not match["close"] and not match["empty"]:
            if closing := _CODE[name].search(text, end):
                if closing.start() > end:
                    yield Mark(end, closing.start(), Kind.CODE, text[end : closing.start()])
                end = closing.start()
            else:
                closed.remove(name)  # what is not found once is not searched for again


def _mark(match: re.Match[str]) -> Mark | None:
    start, end = match.span()
    if match["reference"]:
        character = unescape(match[0])
        if match[0][1] != "#" and match[0][1:] not in html5:
            return None
        apart = character in _APART or not character.strip()
        return Mark(start, end, Kind.REFERENCE if apart else Kind.LETTER, character)
    if match["wiki"]:
        return Mark(start, end, Kind.WIKI, match[0])
    if match["tag"] and not _is_surely_tag(match):
        return None
    name = (match["name"] or "").lower()
    kind = Kind.TAG
    if name in _BLOCKS:
        kind = Kind.CLOSING if match["close"] or match["empty"] or name in ("br", "hr") else Kind.OPENING
    return Mark(start, end, kind, match[0])


def _is_surely_tag(match: re.Match[str]) -> bool:
    name, attributes = match["name"], match["attributes"]
    known = name.lower() in _BLOCKS or name.lower() in _INLINE
    parts = list(_ATTRIBUTE_PARTS.finditer(attributes))
    if not all(part["value"] or (known and part["name"].lower() in _WITHOUT_VALUE) for part in parts):
        return False  # `<Thomas Mann>`, `<i think>`
    return known or bool(match["close"] or match["empty"] or parts) or name[0].islower() or ":" in name


def marked_tokens(
    text: str, marks: Sequence[Mark], plain: Callable[[str, int, int], Iterable[Token]]
) -> Iterator[Token]:
    """The tokens of a text with these marks; `plain(text, start, end)` gives those of a range without any."""
    inside: list[Mark] = []  # references within the range that begins at `start`
    start = 0
    ended = False  # a block has ended, and no sentence has begun since
    begun = True  # a sentence has just begun, with nothing but tags that open blocks
    for mark in marks:
        if mark.kind is Kind.LETTER:
            inside.append(mark)
            continue
        for token in _between(text, start, mark.start, inside, plain):
            yield _beginning(token, ended)
            ended = begun = False
        inside = []
        start = mark.end
        if mark.kind is Kind.CODE:
            yield from ((begin, end, WORD) for begin, end, _ in plain(text, mark.start, mark.end))
        elif mark.kind is Kind.OPENING:
            yield mark.start, mark.end, WORD if begun else WORD + BEGINS
            ended, begun = False, True
        elif mark.kind is Kind.CLOSING:
            yield mark.start, mark.end, PUNCTUATION
            ended = True
        else:
            token = (mark.start, mark.end, _kind(mark))
            yield _beginning(token, ended and token[2] == WORD)
            ended = ended and token[2] != WORD
            begun = begun and mark.kind is Kind.TAG
    for token in _between(text, start, len(text), inside, plain):
        yield _beginning(token, ended)
        ended = False


def _beginning(token: Token, begins: bool) -> Token:
    return (token[0], token[1], token[2] + BEGINS) if begins else token


def _kind(mark: Mark) -> int:
    """Marks that open something belong to the sentence after them, all others to the one before."""
    opens = mark.kind is Kind.TAG and not mark.stands_for.startswith(("</", "]]>"))
    return WORD if opens or mark.stands_for in ("[[", "{{") else PUNCTUATION


def _between(
    text: str, start: int, end: int, inside: Sequence[Mark], plain: Callable[[str, int, int], Iterable[Token]]
) -> Iterator[Token]:
    """The tokens of a range, with offsets of the text. References inside it are read as what they stand for."""
    if not inside:
        yield from plain(text, start, end)
        return
    parts: list[str] = []
    read: list[int] = []  # where the parts begin in what is read
    raw: list[tuple[int, bool]] = []  # where they begin in the text, and whether they are references
    length, last = 0, start
    for mark in inside:
        for part, at, is_mark in ((text[last : mark.start], last, False), (mark.stands_for, mark.start, True)):
            if part:
                parts.append(part)
                read.append(length)
                raw.append((at, is_mark))
                length += len(part)
        last = mark.end
    parts.append(text[last:end])
    read.append(length)
    raw.append((last, False))
    ends = {mark.start: mark.end for mark in inside}

    def offset(at: int, after: bool) -> int:
        """Where the character that is read at this place begins or ends in the text."""
        number = bisect_right(read, at) - 1
        begin, is_mark = raw[number]
        if is_mark:
            return ends[begin] if after else begin
        return begin + at - read[number] + after

    done = start
    for token_start, token_end, kind in plain("".join(parts), 0, length + end - last):
        # A reference to several characters is in the word of the first.
        first, stop = max(done, offset(token_start, after=False)), offset(token_end - 1, after=True)
        if first < stop:
            yield first, stop, kind
            done = stop


def without_marks(text: str) -> str:
    """The text in which marks are spaces and references the characters that they stand for: the stretches to learn."""
    parts: list[str] = []
    end = 0
    for mark in find_marks(text):
        parts += (text[end : mark.start], mark.stands_for if mark.kind in (Kind.LETTER, Kind.CODE) else " ")
        end = mark.end
    return "".join([*parts, text[end:]]) if parts else text
