"""Colours of labels, control characters made visible, and texts with marked entities as HTML."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from annotator.document import Entity


@given(st.text(st.characters()))
def test_every_label_has_one_colour_that_black_can_be_read_on(label: str) -> None:
    assert re.fullmatch("#[0-9a-f]{6}", colour(label))
    red, green, blue = bytes.fromhex(colour(label)[1:])
    assert 0.299 * red + 0.587 * green + 0.114 * blue > 140


@pytest.mark.parametrize(
    ("label", "expected"),
    [("PER", "#aa9cfc"), ("WORK_OF_ART", "#9cc9cc"), ("Straße", "#ff8197"), ("\ud800", "#9cc9cc")],
)
def test_the_colour_of_a_label_never_changes(label: str, expected: str) -> None:
    assert colour(label) == expected


def test_labels_of_several_corpora_share_a_colour() -> None:
    assert colour("PER") == colour("PERSON") == "#aa9cfc" != colour("LOC")


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
