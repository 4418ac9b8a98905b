"""What the page shows: escaped, counted and within what a browser can show."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from annotator.decode import TaggedWord
from annotator.demo.answers import Answer
from annotator.demo.render import (
    NOTHING,
    SHOWN_MARKS,
    SHOWN_ROWS,
    code_html,
    file_html,
    label_styles,
    problem_html,
    table_html,
    text_html,
    words_html,
)
from annotator.demo.uploads import Written
from annotator.document import Document, Entity, Origin
from annotator.run.counts import Counts

HOSTILE = "<script>alert(1)</script> \x00 \u202e Anna & \"Bern\" '${x}'"
START = HOSTILE.index("Anna")


class Tags(HTMLParser):
    """The tags of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def answer(text: str, *entities: Entity, seconds: float = 0.5, replaced: int = 0) -> Answer:
    document = Document("text:1", text, Origin("text", 1), entities=entities, sentences=())
    return Answer(document, "m", ("PER", "LOC"), seconds, replaced)


@pytest.fixture
def hostile() -> Answer:
    return answer(HOSTILE, Entity(START, START + 4, "PER", 0.9))


def test_text_is_shown_as_text(hostile: Answer) -> None:
    for page in (
        text_html(hostile, hostile.document),
        table_html(replace(hostile.document, entities=(Entity(0, len(HOSTILE), "<b>", 0.9),))),
        words_html(HOSTILE, [TaggedWord(0, len(HOSTILE), "B-<b>", 0.9, "<i>", 0.1)]),
        problem_html(HOSTILE),
    ):
        shown = Tags(page)
        assert not shown.tags & {"script", "i"}
        assert "<script>alert(1)</script>" in shown.text and "\\x00" in shown.text and "\\u202e" in shown.text


def test_figures_count_what_is_shown_and_what_is_hidden(hostile: Answer) -> None:
    shown = Tags(text_html(hostile, hostile.document)).text
    assert shown.startswith("PER 1") and "hidden" not in shown and "0 words in 500 ms" in shown
    none = Tags(text_html(hostile, hostile.kept(0.95, None))).text
    assert none.startswith("No entities1 hidden")


def test_what_was_replaced_is_said() -> None:
    said = answer("\ufffd", replaced=1)
    assert "1 character that no file can hold" in text_html(said, said.document)


def test_nothing_is_shown_of_nothing() -> None:
    empty = answer(" \n")
    assert "examples" in text_html(empty, empty.document)
    assert table_html(empty.document) == words_html("", []) == NOTHING


def test_tables_stay_short_and_say_so() -> None:
    entities = tuple(Entity(i, i + 1, "PER", 0.5) for i in range(SHOWN_ROWS + 1))
    page = table_html(replace(answer("x" * len(entities)).document, entities=entities))
    assert page.count("<tr>") == SHOWN_ROWS + 1 and "The first 1,000 of 1,001." in page
    assert "first" not in table_html(replace(answer("x").document, entities=entities[:1]))


def test_of_many_entities_the_first_are_marked_and_all_are_counted() -> None:
    entities = tuple(Entity(i, i + 1, "PER", 0.5) for i in range(SHOWN_MARKS + 1))
    long = answer("x" * len(entities), *entities)
    page = text_html(long, long.document)
    assert (
        page.count("<mark") == SHOWN_MARKS
        and "The first 2,000 of 2,001 entities" in page
        and "PER <b>2,001</b>" in page
    )
    assert Tags(page).text.endswith("x")


def test_a_word_without_a_probability_says_why() -> None:
    page = Tags(words_html("<b>", [TaggedWord(0, 3, "O")])).text
    assert "<b>O" in page and "not tagged by the model" in page


def test_a_file_has_its_figures() -> None:
    shown = Tags(file_html(Written(Path("x.jsonl"), Counts(2, 2, 0, 30, 1), 2.0))).text
    assert shown == "2 documents, 30 words, 1 entity2.0 s · 15 words/s"


def test_code_asks_the_address_of_the_page() -> None:
    shown = Tags(code_html("http://h:1/")).text
    assert 'Client("http://h:1/")' in shown and "curl -s http://h:1/gradio_api/call/v2/annotate -H" in shown


def test_switches_have_the_colours_of_their_labels() -> None:
    assert "nth-of-type(2).selected { background: #ff9561" in label_styles(["PER", "LOC"])
