"""Parquet: our own files and others', by row group; a bad row is refused by its number."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow.parquet import ParquetFile, write_table

from annotator.document import Document, Entity, Origin, Sentence
from annotator.errors import RecordError
from annotator.formats import FORMATS, parquet
from annotator.formats.base import ReadOptions, Record
from annotator.json_values import AnnotatorWarning
from support.documents import from_bytes, to_bytes, word_texts

MADE = [
    Document("1", "Rom", Origin("in", 1), {"n": [1]}, (Sentence.of([0, 3]),), (Entity(0, 3, "LOC", 0.5),)),
    Document("2", "Bern", Origin("in", 2)),
]
RAW = to_bytes(MADE, FORMATS["parquet"])


def read_table(table: dict[str, list[Any]]) -> list[Record]:
    """The records of another tool's file with these columns."""
    raw = io.BytesIO()
    write_table(pa.table(table), raw)
    return list(parquet.read(raw, "in", ReadOptions()))


def test_columns_are_those_of_the_schema() -> None:
    file = ParquetFile(io.BytesIO(RAW))
    assert file.schema_arrow.names == ["id", "text", "ents", "sents", "meta"]
    assert file.read().to_pylist()[0] == {
        "id": "1", "text": "Rom", "sents": [[0, 3]], "meta": '{"n": [1]}',
        "ents": [{"start": 0, "end": 3, "label": "LOC", "text": "Rom", "score": 0.5}],
    }  # fmt: skip
    assert from_bytes(RAW, FORMATS["parquet"]) == MADE


class Pipe(io.BytesIO):
    """A stream that cannot be rewound."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation


def test_a_pipe_is_read() -> None:
    assert list(parquet.read(Pipe(RAW), "in", ReadOptions())) == MADE


def test_files_are_written_and_read_by_row_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "GROUP_ROWS", 3)
    made = [Document(str(n), f"Rom {n}", Origin("in", n)) for n in range(1, 11)]
    parts = list(parquet.write(made))
    assert len(parts) == 5 and all(parts)
    assert ParquetFile(io.BytesIO(b"".join(parts))).num_row_groups == 4
    assert from_bytes(b"".join(parts), FORMATS["parquet"]) == made


def test_a_row_group_ends_when_it_has_enough_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "GROUP_CHARACTERS", 5)
    raw = b"".join(parquet.write(replace(MADE[1], id=str(n)) for n in range(3)))
    assert ParquetFile(io.BytesIO(raw)).num_row_groups == 2


@pytest.mark.parametrize("raw", [b"", b"PAR1", RAW[:-9], b"text\nRom\n"])
def test_damaged_files_are_refused(raw: bytes) -> None:
    with pytest.raises(RecordError, match=r"^in:1: not Parquet, or a damaged file \(.*\): create the file again$"):
        from_bytes(raw, FORMATS["parquet"])


def test_a_missing_column_is_named() -> None:
    with pytest.raises(RecordError) as caught:
        from_bytes(RAW, FORMATS["parquet"], text_field="body")
    assert str(caught.value) == (
        "in:1: no column 'body' (there are: id, text, ents, sents, meta): name the column with the text by text_field"
    )


def test_a_row_without_text_is_refused_and_the_rows_after_it_are_read() -> None:
    first, second, third = read_table({"text": ["Rom", None, "Bern"]})
    assert isinstance(first, Document) and isinstance(third, Document) and third.origin.line == 3
    assert str(second) == "in:2: field 'text' holds no text but null: name another field by text_field"
    assert isinstance(second, RecordError) and second.raw == '{"text": null}'


def test_sentences_are_joined_where_one_begins_inside_an_entity() -> None:
    (document,) = read_table(
        {
            "text": ["St. Gallen. Ja."],
            "ents": [[{"start": 0, "end": 10, "label": "LOC"}]],
            "sents": [[[0, 3], [4, 10, 10, 11], [12, 14, 14, 15]]],
        }
    )
    assert isinstance(document, Document)
    assert word_texts(document) == [["St.", "Gallen", "."], ["Ja", "."]]


def test_a_score_outside_0_and_1_is_refused_by_row() -> None:
    ents = [[{"start": 0, "end": 3, "label": "LOC", "score": score}] for score in (1.0, 98.0)]
    good, bad = read_table({"text": ["Rom", "Rom"], "ents": ents})
    assert isinstance(good, Document) and good.entities == (Entity(0, 3, "LOC", 1.0),)
    assert str(bad) == "in:2: the score of an entity is not between 0 and 1 but 98.0: scale or remove it"


def test_numbers_that_json_does_not_have_are_read_as_null() -> None:
    with pytest.warns(AnnotatorWarning):
        first, second = read_table({"text": ["Rom", "Bern"], "n": [math.nan, 2.0], "id": [7.0, math.inf]})
    assert isinstance(first, Document) and isinstance(second, Document)
    assert (first.id, first.meta, second.id, second.meta) == ("7.0", {"n": None}, "in:2", {"n": 2.0})


def test_a_meta_that_is_nested_too_deep_or_not_json_is_refused_by_row() -> None:
    table = pq.read_table(io.BytesIO(RAW))
    metas = ["[" * 150 + "]" * 150, "[" * 250 + "]" * 250, "[" * 99_999, '{"a": NaN}', "{}"]
    texts = {"text": ["Rom"] * len(metas), "meta": [f'{{"a": {meta}}}' for meta in metas]}
    raw = io.BytesIO()
    write_table(pa.table(texts).replace_schema_metadata(table.schema.metadata), raw)
    first, *refused, last = parquet.read(io.BytesIO(raw.getvalue()), "in", ReadOptions())
    assert isinstance(first, Document) and isinstance(last, Document) and last.origin.line == len(metas)
    assert [str(one).partition(" (")[0] for one in refused] == [
        "in:2: a record nested more than 200 levels deep: flatten it",
        "in:3: its meta is not JSON",
        "in:4: its meta is not JSON",
    ]


def test_the_only_column_of_strings_beside_the_id_is_the_text() -> None:
    table: dict[str, Any] = {"n": [1], "id": ["a"], "body": pa.array(["Rom"]).dictionary_encode(), "at": [b"x"]}
    (document,) = read_table(table)
    assert isinstance(document, Document)
    assert (document.id, document.text, document.meta) == ("a", "Rom", {"n": 1, "at": "x"})
    with pytest.raises(RecordError, match=r"^in:1: no column 'text' \(there are: n, id, body, at, title\): name"):
        read_table({**table, "title": ["Rom"]})


def table_of(options: dict[str, Any] | None = None, **columns: Any) -> io.BytesIO:
    raw = io.BytesIO()
    pq.write_table(pa.table(columns), raw, **(options or {}))
    return raw


def repeated(text: str, count: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), pa.array([text]))


def listed(values: pa.Array) -> pa.ListArray:
    """A list of one value, one of all, and one of one."""
    return pa.ListArray.from_arrays([0, 1, len(values) - 1, len(values)], values)


PLAIN = {"use_dictionary": False, "write_statistics": False}
NO_SCHEMA = {"store_schema": False}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (table_of({"row_group_size": 1, **PLAIN}, text=["Rom", "x" * 5_000, "Bern"]), "a page of more than 2 kB"),
        (table_of({"row_group_size": 1, **PLAIN}, text=["Rom", "x" * 1_500, "Bern"]), "a row of more than 1 kB"),
        (table_of(NO_SCHEMA, text=["Rom", "?", "Bern"], tokens=listed(repeated("x" * 500, 20))),
         "a row of more than 1 kB"),
        (table_of({}, text=["Rom", "?", "Bern"], tokens=listed(repeated("x" * 500, 20))), "a row of more than 1 kB"),
    ],
)  # fmt: skip
def test_what_is_too_large_is_refused_and_the_rows_after_it_are_read(
    raw: io.BytesIO, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "BATCH_BYTES", 500)
    first, bad, last = parquet.read(raw, "in", ReadOptions(max_record=1_000))
    assert isinstance(first, Document) and isinstance(last, Document)
    assert (first.text, last.text, last.origin) == ("Rom", "Bern", Origin("in", 3))
    assert str(bad) == f"in:2: {reason}: raise max_record if this is one record"


def test_a_row_of_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "BATCH_VALUES", 50)
    monkeypatch.setattr(parquet, "FEW_VALUES", 100)
    raw = table_of(text=["Rom", "?", "Bern"], numbers=listed(pa.nulls(200, pa.int64())))
    first, bad, last = parquet.read(raw, "in", ReadOptions(max_record=1_900))
    assert isinstance(first, Document) and isinstance(last, Document)
    assert str(bad) == "in:2: a row of more than 100 values: raise max_record if this is one record"


def test_rows_keep_their_numbers_after_a_row_group_that_is_not_read() -> None:
    raw = table_of({"row_group_size": 3, **PLAIN}, text=["x" * 5_000] * 3 + ["Rom"] * 2)
    bad, *rows = parquet.read(raw, "in", ReadOptions(max_record=1_000))
    assert isinstance(bad, RecordError) and bad.origin == Origin("in", 1)
    assert [one.origin.line for one in rows if isinstance(one, Document)] == [4, 5]


def test_a_long_value_of_a_dictionary_is_in_memory_once() -> None:
    text = "x" * 900
    raw = table_of(NO_SCHEMA, text=repeated(text, 2_000))
    found = list(parquet.read(raw, "in", ReadOptions(max_record=1_000)))
    assert [one.text for one in found if isinstance(one, Document)] == [text] * 2_000


def test_memory_of_arrow_does_not_grow_with_the_file() -> None:
    """Arrow's cache of what it has read would hold all row groups to the end."""

    class Counted(io.BytesIO):
        reads: ClassVar[list[int]] = []

        def read(self, size: int | None = -1) -> bytes:
            part = super().read(size)
            self.reads.append(len(part))
            return part

    raw = table_of({"row_group_size": 500, "compression": "none", **PLAIN}, text=[f"{n:0200d}" for n in range(20_000)])
    stream = Counted(raw.getvalue())
    documents = parquet.read(stream, "in", ReadOptions())
    next(documents)
    assert sum(Counted.reads) < len(raw.getvalue()) / 4
    assert sum(1 for _ in documents) == 19_999
