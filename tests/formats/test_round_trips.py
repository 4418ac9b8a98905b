"""Documents through every format, and from each to each other: what a format says it holds comes back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.document import Document
from annotator.formats import FORMATS, Format
from annotator.formats.base import WriteOptions
from support.documents import documents, from_bytes, kept, to_bytes

BOTH = [form for form in FORMATS.values() if form.reads and form.writes]
WAYS = [
    *((form, WriteOptions(style=style)) for form in BOTH for style in (None, *form.styles)),
    (FORMATS["conll"], WriteOptions(docstart=True)),
]
# What keeps words with white space in them; the others write it in another way.
EXACT = [(form, options) for form, options in WAYS if not form.name.startswith("conll") or form.name == "conllu"]


def written(made: list[Document], form: Format, options: WriteOptions) -> bytes:
    return to_bytes(made, form, docstart=options.docstart, style=options.style)


def names(way: object) -> str:
    return way.name if isinstance(way, Format) else str(getattr(way, "style", "") or "")


@pytest.mark.parametrize(("form", "options"), WAYS, ids=names)
@settings(max_examples=30, deadline=None)
@given(st.lists(documents(), max_size=3))
def test_what_a_format_holds_comes_back(form: Format, options: WriteOptions, made: list[Document]) -> None:
    holds = form.holding(options)
    back = from_bytes(written(made, form, options), form)
    assert kept(back, holds) == kept(made, holds)


@pytest.mark.parametrize(("form", "options"), EXACT, ids=names)
@settings(max_examples=30, deadline=None)
@given(st.lists(documents(spaced=True), max_size=3))
def test_white_space_in_words_comes_back_where_offsets_are_held(
    form: Format, options: WriteOptions, made: list[Document]
) -> None:
    holds = form.holding(options)
    back = from_bytes(written(made, form, options), form)
    assert kept(back, holds) == kept(made, holds)


# Our own records without words would be segmented anew on the way to words.
FULLEST = {form.name: WriteOptions(style="words" if form.name == "jsonl" else None) for form in BOTH}


@pytest.mark.parametrize("second", BOTH, ids=names)
@pytest.mark.parametrize("first", BOTH, ids=names)
@settings(max_examples=6, deadline=None)
@given(st.lists(documents(), max_size=3))
def test_from_each_format_to_each_other_and_back(first: Format, second: Format, made: list[Document]) -> None:
    holds = first.holding(FULLEST[first.name]) & second.holding(FULLEST[second.name])
    one = from_bytes(written(made, first, FULLEST[first.name]), first)
    there = from_bytes(written(one, second, FULLEST[second.name]), second)
    back = from_bytes(written(there, first, FULLEST[first.name]), first)
    assert kept(there, holds) == kept(one, holds)
    assert kept(back, holds) == kept(one, holds)


@pytest.mark.parametrize(("form", "options"), [way for way in WAYS if way[0].appends], ids=names)
@settings(max_examples=20, deadline=None)
@given(st.lists(documents(spaced=True), max_size=2), st.lists(documents(spaced=True), max_size=2))
def test_what_appends_is_the_same_in_parts(
    form: Format, options: WriteOptions, a: list[Document], b: list[Document]
) -> None:
    assert written(a, form, options) + written(b, form, options) == written(a + b, form, options)


@settings(max_examples=100, deadline=None)
@given(st.lists(documents(spaced=True), max_size=3))
def test_the_style_words_is_lossless(made: list[Document]) -> None:
    jsonl = FORMATS["jsonl"]
    back = from_bytes(to_bytes(made, jsonl, style="words"), jsonl)
    assert [(d.id, d.text, d.meta, d.sentences, d.entities) for d in back] == [
        (d.id, d.text, d.meta, d.sentences, d.entities) for d in made
    ]


@pytest.mark.parametrize("style", ["words", None])
def test_documents_before_segmentation_stay_so(style: str | None) -> None:
    document = Document("i", "Rom ist alt.", from_bytes(b"x", FORMATS["text"])[0].origin)
    assert from_bytes(to_bytes([document], FORMATS["jsonl"], style=style), FORMATS["jsonl"])[0].sentences is None
    assert from_bytes(to_bytes([document], FORMATS["parquet"]), FORMATS["parquet"])[0].sentences is None
