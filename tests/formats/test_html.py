"""The HTML page: marks, anchors and a legend, whatever the text holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from annotator.display import visible
from annotator.document import Document, Entity, Origin
from annotator.formats import html
from support.html_pages import page_of

OUTSIDE_THE_BODY = ("html", "head", "meta", "title", "style", "body", "footer")


def document(text: str, *entities: Entity, id: str = "d1") -> Document:
    return Document(id, text, Origin("file", 1), entities=entities)


def test_a_page_has_marks_anchors_and_a_legend() -> None:
    bern = document("Bern\n<b>", Entity(0, 4, "LOC", 0.98765), id="a b/ä")
    page = page_of([bern, document("x", Entity(0, 1, 'A"B'))])
    assert [mark[1:] for mark in page.marks[:2]] == [("LOC", "LOC, score 0.9877"), ('A"B', None)]
    assert [mark[0].rstrip("\u2060") for mark in page.marks] == ["Bern", "x", 'A"B', "LOC"]
    assert [mark[1] for mark in page.marks[2:]] == ["1", "1"]  # the legend counts
    assert [unquote(article["id"]) for article in page.articles] == ["a b/ä", "d1"]
    assert all(one["href"] == "#" + one["id"] and " " not in one["id"] for one in page.articles)


@given(st.text(), st.text(min_size=1))
def test_no_text_or_label_adds_tags_to_the_page(text: str, label: str) -> None:
    entities = (Entity(0, len(text) // 2, label, 0.5),) if len(text) > 1 else ()
    page = page_of([document(text, *entities)])
    assert [tag for tag in page.tags if tag not in OUTSIDE_THE_BODY] == [
        "article", "a", "p", *(["mark", "b"] * len(entities)), *(["mark", "b"] * len(entities)), "small",
    ]  # fmt: skip
    assert [mark[1] for mark in page.marks[:-1]] == [visible(label)] * len(entities)


def test_a_page_loads_nothing_from_elsewhere() -> None:
    whole = b"".join(html.write([document("Bern", Entity(0, 4, "LOC"))]))
    assert not re.search(rb"https?:|//|url\(|@import|<script|<link", whole)
    assert b"<small>1 document</small>" in whole and b"no entities" in b"".join(html.write([]))


def test_a_page_is_written_as_documents_come() -> None:
    taken: list[int] = []

    def documents() -> Iterator[Document]:
        for number in range(3):
            taken.append(number)
            yield document("x")

    parts = html.write(documents())
    next(parts)
    next(parts)
    assert taken == [0]
