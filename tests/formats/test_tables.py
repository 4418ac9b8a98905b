"""Tables and Parquet: records with names for their fields, told of by line or row."""

from __future__ import annotations

import io

import pytest

from annotator.document import Document, Origin
from annotator.errors import RecordError
from annotator.formats import FORMATS, csv, parquet
from annotator.formats.base import ReadOptions, Record
from support.documents import from_bytes, to_bytes


def rows(raw: bytes, **options: str) -> list[Record]:
    return list(csv.read(io.BytesIO(raw), "in.csv", ReadOptions(**options)))


def documents(raw: bytes, **options: str) -> list[Document]:
    found = rows(raw, **options)
    assert all(isinstance(one, Document) for one in found), found
    return found  # type: ignore[return-value]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_that_of_the_header(separator: str) -> None:
    raw = "id|text|lang\n1|Rom|de\n".replace("|", separator).encode()
    assert documents(raw) == [Document("1", "Rom", Origin("in.csv", 2), {"lang": "de"})]


def test_quoted_fields_hold_separators_quotes_and_lines() -> None:
    raw = b'\xef\xbb\xbftext,n\r\n"Rom, ""die"" Stadt\r\nam Tiber",1\r\n\r\nBern,\r\n'
    first, second = documents(raw)
    assert (first.text, first.origin, first.meta) == ('Rom, "die" Stadt\r\nam Tiber', Origin("in.csv", 2), {"n": "1"})
    assert (second.text, second.id, second.meta) == ("Bern", "in.csv:5", {"n": ""})


def test_one_column_is_a_table() -> None:
    assert [document.text for document in documents(b"text\nRom\n\nBern")] == ["Rom", "Bern"]
    assert documents(b"") == [] and documents(b"text\n") == []


def test_fields_by_other_names() -> None:
    (document,) = documents(b"nr,body\n7,Rom\n", text_field="body", id_field="nr")
    assert (document.id, document.text, document.meta) == ("7", "Rom", {})


def test_a_bad_row_is_told_and_passed_over() -> None:
    raw = b'text,n\na,1\nb\n"c" d,2\n\xff,3\ne,5\n"open,6\nf,7\n'
    found = rows(raw)
    assert [one.text for one in found if isinstance(one, Document)] == ["a", "e"]
    errors = [one for one in found if isinstance(one, RecordError)]
    assert [str(error).partition(";")[0] for error in errors] == [
        "in.csv:3: 1 fields, where the header has 2",
        "in.csv:4: ',' expected after '\"'",
        "in.csv:5: not UTF-8",
        "in.csv:7: unexpected end of data",
    ]
    assert [error.raw for error in errors] == ["b\n", '"c" d,2\n', "\\xff,3\n", '"open,6\nf,7\n']


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"id,body\n", "in.csv:1: no field 'text' in the header: name the one with the text by --text-field"),
        (b"text,a,a\n", "in.csv:1: the header names 'a' twice; rename one"),
        (b'"text\nx",a\n', "in.csv:1: the header cannot be read"),
        ("text\n".encode("utf-16"), "in.csv:1: this is UTF-16"),
    ],
)  # fmt: skip
def test_a_header_that_is_none_is_raised(raw: bytes, message: str) -> None:
    with pytest.raises(RecordError) as caught:
        rows(raw)
    assert str(caught.value).startswith(message)


# Parquet.

PARQUET = to_bytes(documents(b"id,text\n1,Rom\n2,Bern\n"), FORMATS["parquet"])


class Pipe(io.BytesIO):
    """A stream that cannot be gone back in."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation


def test_parquet_is_read_from_a_pipe() -> None:
    found = list(parquet.read(Pipe(PARQUET), "in", ReadOptions()))
    assert [(d.id, d.text, d.origin.line) for d in found if isinstance(d, Document)] == [
        ("1", "Rom", 1),
        ("2", "Bern", 2),
    ]


def test_parquet_is_written_and_read_by_row_group(monkeypatch: pytest.MonkeyPatch) -> None:
    from pyarrow.parquet import ParquetFile

    from annotator.formats import parquet as writer

    monkeypatch.setattr(writer, "GROUP_ROWS", 3)
    made = [Document(str(n), f"Rom {n}", Origin("in", n)) for n in range(10)]
    parts = list(writer.write(made))
    assert len(parts) == 5 and all(parts)
    assert ParquetFile(io.BytesIO(b"".join(parts))).num_row_groups == 4
    assert [d.id for d in from_bytes(b"".join(parts), FORMATS["parquet"])] == [str(n) for n in range(10)]


@pytest.mark.parametrize("raw", [b"", b"PAR1", PARQUET[:-9], b"text\nRom\n"])
def test_what_is_no_parquet_is_told(raw: bytes) -> None:
    with pytest.raises(RecordError, match=r"^in:1: no Parquet, or a damaged file"):
        from_bytes(raw, FORMATS["parquet"])


def test_a_missing_column_is_told() -> None:
    with pytest.raises(
        RecordError, match=r"^in:1: no column 'body'.*--text-field \(there are: id, text, ents, sents, meta\)"
    ):
        from_bytes(PARQUET, FORMATS["parquet"], text_field="body")


def test_a_row_without_text_is_told_and_passed_over() -> None:
    import pyarrow as pa
    from pyarrow.parquet import write_table

    raw = io.BytesIO()
    write_table(pa.table({"text": ["Rom", None, "Bern"]}), raw)
    first, second, third = parquet.read(raw, "in", ReadOptions())
    assert isinstance(first, Document) and isinstance(third, Document) and third.origin.line == 3
    assert str(second) == "in:2: field 'text' holds no text but null; name another by --text-field"
