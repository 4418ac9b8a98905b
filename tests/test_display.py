"""Colours of labels, control characters made visible, and texts with marked entities as HTML."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from annotator import display
from annotator.corpus.view import render
from annotator.display import (
    CONTROLS,
    MARK_STYLE,
    colour,
    escaped,
    marked_html,
    notebook_html,
    one_line,
    visible,
    visible_json,
)
from annotator.document import Document, Entity, Origin
from annotator.formats import html


@given(st.text(st.characters()))
def test_every_label_has_one_colour_that_black_can_be_read_on(label: str) -> None:
    assert re.fullmatch("#[0-9a-f]{6}", colour(label))
    assert contrast_with_black(colour(label)) >= 5.5  # WCAG asks for 4.5


def contrast_with_black(named: str) -> float:
    """The contrast as WCAG 2 defines it."""
    parts = [part / 255 for part in bytes.fromhex(named[1:])]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) / 0.05


@pytest.mark.parametrize(
    ("label", "expected"),
    [("PER", "#aa9cfc"), ("WORK_OF_ART", "#f0d0ff"), ("Straße", "#f094c3"), ("\ud800", "#79c0ec")],
)
def test_the_colour_of_a_label_never_changes(label: str, expected: str) -> None:
    assert colour(label) == expected


def test_labels_of_several_corpora_share_a_colour() -> None:
    assert colour("PER") == colour("PERSON") == colour("person") == "#aa9cfc" != colour("LOC")


@pytest.mark.parametrize(
    "labels",
    [
        "PER LOC ORG MISC",
        "CARDINAL DATE EVENT FAC GPE LANGUAGE LAW LOC MONEY NORP ORDINAL ORG PERCENT PERSON PRODUCT QUANTITY TIME "
        "WORK_OF_ART",
        "PER LOC ORG OTH PERderiv LOCderiv ORGderiv OTHderiv PERpart LOCpart ORGpart OTHpart",
        "art building event location organization other person product",
        "PER ORG LOC ANIM BIO CEL DIS EVE FOOD INST MEDIA MYTH PLANT TIME VEHI",
    ],
)
def test_the_labels_of_a_corpus_have_colours_of_their_own(labels: str) -> None:
    assert len({colour(label) for label in labels.split()}) == len(labels.split())


def test_terminal_page_and_notebook_have_one_table_of_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    document = Document("d", "Bern ist", Origin("in", 1), entities=(Entity(0, 4, "LOC"), Entity(5, 8, "NEW")))
    monkeypatch.setattr(display, "_COLOURS", {"LOC": "#010203"})
    monkeypatch.setattr(display, "_made_of", lambda _: "#040506")
    console = Console(width=80, force_terminal=True, color_system="truecolor")
    notebook, page = document._repr_html_(), b"".join(html.write([document])).decode()
    terminal = "".join(render([document], console))
    for shown, first, second in (
        (notebook, "background:#010203", "background:#040506"),
        (page, "background:#010203", "background:#040506"),
        (terminal, "48;2;1;2;3m", "48;2;4;5;6m"),
    ):
        assert first in shown and second in shown
    assert "color: #000" in notebook and "color: #000" in page and "38;2;0;0;0;" in terminal


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rom\tist\nalt", "Rom\tist\nalt"),
        ("\x1b[31m\x00", r"\x1b[31m\x00"),
        ("a\rb\x85", r"a\rb\x85"),
        ("\u202e\u2028\ud800", r"\u202e\u2028\ud800"),
        ("👩‍👩‍👧 北", "👩‍👩‍👧 北"),
    ],
)
def test_control_characters_are_written_as_escapes(text: str, expected: str) -> None:
    assert visible(text) == expected


@given(st.text(st.characters()))
def test_what_is_visible_can_be_encoded_and_controls_nothing(text: str) -> None:
    shown = visible(text)
    shown.encode()
    assert not CONTROLS.search(re.sub("[\n\t]", "", shown))
    assert unescape(escaped(text)) == shown or "&" in text
    assert not re.search("[<>\"']", escaped(text))


def test_entities_are_marked_with_label_and_score() -> None:
    entities = (Entity(0, 3, "LOC", 0.98765), Entity(8, 9, "A<B"))
    assert marked_html("Rom & <i>\x1b", entities) == (
        '<mark style="background:#ff9561" title="LOC, score 0.9877">Rom&NoBreak;<b>LOC</b></mark> &amp; &lt;i'
        f'<mark style="background:{colour("A<B")}">&gt;&NoBreak;<b>A&lt;B</b></mark>\\x1b'
    )
    assert marked_html("a < b", ()) == "a &lt; b" and marked_html("", ()) == ""


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self.opened.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(st.characters()), st.text(st.characters(), min_size=1), st.sets(st.integers(0, 20), max_size=6))
def test_whatever_the_text_there_are_no_tags_but_those_of_the_marks(text: str, label: str, borders: set[int]) -> None:
    cuts = sorted(border for border in borders if border <= len(text))
    entities = [Entity(a, b, label, 0.5) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    parser = _Parser()
    parser.feed(marked_html(text, entities))
    parser.close()
    assert parser.opened == ["mark", "b"] * len(entities)
    expected, end = "", 0
    for entity in entities:
        expected += visible(text[end : entity.start]) + visible(text[entity.start : entity.end])
        expected += "\u2060" + visible(label)
        end = entity.end
    assert parser.text == expected + visible(text[end:])


def test_a_notebook_gets_the_styles_of_marks_for_its_own_part_only() -> None:
    markup = notebook_html("Rom", [Entity(0, 3, "LOC")])
    style = markup.partition("<style>")[2].partition("</style>")[0]
    assert style.startswith(".annotator {") and MARK_STYLE in style and style.count("{") == style.count("}")
    assert markup.endswith(marked_html("Rom", [Entity(0, 3, "LOC")]) + "</div>")


@given(st.text(st.characters()))
def test_one_line_has_no_control_characters(text: str) -> None:
    assert not CONTROLS.search(one_line(text))


@given(st.text(st.characters()))
def test_visible_json_is_the_same_json(text: str) -> None:
    shown = visible_json(json.dumps([text, {text: 1}], ensure_ascii=False, indent=2))
    assert json.loads(shown) == [text, {text: 1}] and not CONTROLS.search(shown.replace("\n", ""))
