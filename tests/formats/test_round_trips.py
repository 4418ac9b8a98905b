"""Documents through every format, and from each to each other: the parts that a format holds stay the same."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.document import Document
from annotator.formats import FORMATS, Format
from annotator.formats.base import WriteOptions
from annotator.json_values import MAX_DEPTH, AnnotatorWarning
from support.documents import documents, from_bytes, kept, segmented, to_bytes

BOTH = [file_format for file_format in FORMATS.values() if file_format.reads and file_format.writes]
WAYS = [
    *((file_format, WriteOptions(style=style)) for file_format in BOTH for style in (None, *file_format.styles)),
    (FORMATS["conll"], WriteOptions(docstart=True)),
]
# The formats that keep white space within words; the others replace it.
REPLACING = ("conll", "conll2003")
EXACT = [(file_format, options) for file_format, options in WAYS if file_format.name not in REPLACING]


def written(made: list[Document], file_format: Format, options: WriteOptions) -> bytes:
    return to_bytes(made, file_format, docstart=options.docstart, style=options.style)


def label(way: object) -> str:
    return way.name if isinstance(way, Format) else str(getattr(way, "style", "") or "")


@pytest.mark.parametrize(("file_format", "options"), WAYS, ids=label)
@settings(max_examples=30, deadline=None)
@given(st.lists(documents(), max_size=3))
def test_the_parts_that_a_format_holds_stay_the_same(
    file_format: Format, options: WriteOptions, made: list[Document]
) -> None:
    holds = file_format.holding(options)
    back = from_bytes(written(made, file_format, options), file_format)
    assert kept(back, holds) == kept(made, holds)


@pytest.mark.parametrize(("file_format", "options"), EXACT, ids=label)
@settings(max_examples=30, deadline=None)
@given(st.lists(documents(spaced=True), max_size=3))
def test_white_space_in_words_stays_where_offsets_are_held(
    file_format: Format, options: WriteOptions, made: list[Document]
) -> None:
    holds = file_format.holding(options)
    back = from_bytes(written(made, file_format, options), file_format)
    assert kept(back, holds) == kept(made, holds)


# Our own records without words would be segmented again on the way to a word-based format.
FULLEST = {name: WriteOptions(style="words" if name == "jsonl" else None) for name in FORMATS}


@pytest.mark.parametrize("second", BOTH, ids=label)
@pytest.mark.parametrize("first", BOTH, ids=label)
@settings(max_examples=6, deadline=None)
@given(st.lists(documents(), max_size=3))
def test_from_each_format_to_each_other_and_back(first: Format, second: Format, made: list[Document]) -> None:
    holds = first.holding(FULLEST[first.name]) & second.holding(FULLEST[second.name])
    one = from_bytes(written(made, first, FULLEST[first.name]), first)
    there = from_bytes(written(one, second, FULLEST[second.name]), second)
    back = from_bytes(written(there, first, FULLEST[first.name]), first)
    assert kept(there, holds) == kept(one, holds)
    assert kept(back, holds) == kept(one, holds)


@pytest.mark.parametrize(("file_format", "options"), [way for way in WAYS if way[0].appends], ids=label)
@settings(max_examples=20, deadline=None)
@given(st.lists(documents(spaced=True), max_size=2), st.lists(documents(spaced=True), max_size=2))
def test_a_format_that_appends_writes_the_same_bytes_in_parts(
    file_format: Format, options: WriteOptions, a: list[Document], b: list[Document]
) -> None:
    assert written(a, file_format, options) + written(b, file_format, options) == written(a + b, file_format, options)


@settings(max_examples=100, deadline=None)
@given(st.lists(documents(spaced=True), max_size=3))
def test_the_style_words_is_lossless(made: list[Document]) -> None:
    jsonl = FORMATS["jsonl"]
    back = from_bytes(to_bytes(made, jsonl, style="words"), jsonl)
    assert [(d.id, d.text, d.meta, d.sentences, d.entities) for d in back] == [
        (d.id, d.text, d.meta, d.sentences, d.entities) for d in made
    ]


@pytest.mark.parametrize("style", ["words", None])
def test_documents_without_sentences_stay_so(style: str | None) -> None:
    document = Document("i", "Rom ist alt.", from_bytes(b"x", FORMATS["text"])[0].origin)
    assert from_bytes(to_bytes([document], FORMATS["jsonl"], style=style), FORMATS["jsonl"])[0].sentences is None
    assert from_bytes(to_bytes([document], FORMATS["parquet"]), FORMATS["parquet"])[0].sentences is None


HOLD_META = [(file_format, options) for file_format, options in WAYS if "meta" in file_format.holding(options)]


@pytest.mark.parametrize(("file_format", "options"), HOLD_META, ids=label)
def test_numbers_that_json_does_not_have_are_written_as_null_by_all_formats(
    file_format: Format, options: WriteOptions
) -> None:
    document = segmented("Rom ist alt.", meta={"a": [math.nan, 1.5], "b": {"c": math.inf, "d": -math.inf}, "e": "NaN"})
    with pytest.warns(AnnotatorWarning, match="^NaN and Infinity became null in other fields of records, because JSON"):
        raw = written([document], file_format, options)
    (back,) = from_bytes(raw, file_format)
    assert back.meta == {"a": [None, 1.5], "b": {"c": None, "d": None}, "e": "NaN"}
    if file_format.name == "jsonl":
        json.loads(raw, parse_constant=pytest.fail)


@pytest.mark.parametrize(("file_format", "options"), HOLD_META, ids=label)
def test_the_deepest_meta_goes_through_all_formats(file_format: Format, options: WriteOptions) -> None:
    value: Any = []
    for _ in range(MAX_DEPTH - 2):
        value = [value]
    document = segmented("Rom ist alt.", meta={"a": value})
    (back,) = from_bytes(written([document], file_format, options), file_format)
    assert back.meta == document.meta
    with pytest.raises(ValueError, match=r"^the meta of document i is nested more than 200 levels deep$"):
        segmented("Rom", meta={"a": [value]})
