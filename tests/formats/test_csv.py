"""Tables: records with a header; a bad row is refused by its line."""

from __future__ import annotations

import io

import pytest

from annotator.document import Document, Origin
from annotator.errors import RecordError
from annotator.formats import csv
from annotator.formats.base import KEPT_OF_TOO_LARGE, MAX_RECORD, ReadOptions, Record, only_documents


def records(raw: bytes, text_field: str = "text", id_field: str = "id", max_record: int = MAX_RECORD) -> list[Record]:
    options = ReadOptions(text_field=text_field, id_field=id_field, max_record=max_record)
    return list(csv.read(io.BytesIO(raw), "in.csv", options))


def documents(raw: bytes, text_field: str = "text", id_field: str = "id") -> list[Document]:
    return list(only_documents(records(raw, text_field, id_field)))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_the_one_that_the_header_has_most_of(separator: str) -> None:
    raw = "id|text|lang\n1|Rom|de\n".replace("|", separator).encode()
    assert documents(raw) == [Document("1", "Rom", Origin("in.csv", 2), {"lang": "de"})]


def test_quoted_fields_hold_separators_quotes_and_line_ends() -> None:
    raw = b'\xef\xbb\xbftext,n\r\n"Rom, ""die"" Stadt\r\nam Tiber",1\r\n\r\nBern,\r\n'
    first, second = documents(raw)
    assert (first.text, first.origin, first.meta) == ('Rom, "die" Stadt\r\nam Tiber', Origin("in.csv", 2), {"n": "1"})
    assert (second.text, second.id, second.meta) == ("Bern", "in.csv:5", {"n": ""})


def test_one_column_is_a_table() -> None:
    assert [document.text for document in documents(b"text\nRom\n\nBern")] == ["Rom", "Bern"]
    assert documents(b"") == [] and documents(b"text\n") == []


def test_text_and_id_are_read_from_the_fields_named() -> None:
    (document,) = documents(b"nr,body\n7,Rom\n", text_field="body", id_field="nr")
    assert (document.id, document.text, document.meta) == ("7", "Rom", {})


QUOTE = 'quote fields with `"`, and double it within them'


def test_a_bad_row_is_refused_and_the_rows_after_it_are_read() -> None:
    raw = b'text,n\na,1\nb\n"c" d,2\n\xff,3\ne,5\n"open,6\nf,7\n'
    found = records(raw)
    assert [one.text for one in found if isinstance(one, Document)] == ["a", "e", "f"]
    errors = [one for one in found if isinstance(one, RecordError)]
    assert [str(error) for error in errors] == [
        "in.csv:3: 1 fields, where the header has 2: correct the row",
        f"in.csv:4: ',' expected after '\"': {QUOTE}",
        "in.csv:5: not UTF-8: convert the file with `iconv -t utf-8 -f ITS_ENCODING`",
        f"in.csv:7: a quoted field that does not end: {QUOTE}",
    ]
    assert [error.raw for error in errors] == ["b\n", '"c" d,2\n', "\\xff,3\n", '"open,6\n']


def test_an_open_quote_takes_no_rows_with_it() -> None:
    rows = [b"r%d,1\n" % number for number in range(50)]
    for end in (b"", b'"q",2\n', b'open",2\n'):  # the quote is never closed, and closed within a later field
        found = records(b'text,n\na,1\n"open,6\n' + b"".join(rows) + end, max_record=100)
        errors = [(one.origin, one.reason, one.raw) for one in found if isinstance(one, RecordError)]
        assert errors[0] == (Origin("in.csv", 3), "a quoted field that does not end", '"open,6\n')
        read = [one for one in found if isinstance(one, Document)]
        assert [one.text for one in read][:51] == ["a", *(f"r{number}" for number in range(50))]
        assert [one.origin.line for one in read][:51] == [2, *range(4, 54)]
    whole = b'"' + b"x\n" * 40 + b'"'
    assert documents(b"text,n\n" + whole + b",1\nb,2\n")[0].text == "x\n" * 40


def test_many_open_quotes_are_read_in_one_pass_each() -> None:
    found = records(b"text,n\n" + b'"open,1\n' * 2_000 + b"last,2\n", max_record=1_000)
    assert len(found) == 2_001 and isinstance(found[-1], Document) and found[-1].origin.line == 2_002


@pytest.mark.parametrize("raw", [b"body\nRom\n", b"id,body\n7,Rom\n", b"body;id\nRom;7\n"])
def test_the_only_column_beside_the_id_is_the_text(raw: bytes) -> None:
    assert documents(raw)[0].text == "Rom"
    with pytest.raises(RecordError, match="no column 'other'"):  # the user has named one
        records(raw, text_field="other")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"id,a,b\n", "no column 'text' (there are: id, a, b): name the column with the text by text_field"),
        (b"text,a,a\n", "the header names 'a' twice: rename one of the two"),
        (b'"text\nx",a\n', "the header cannot be read (unexpected end of data): make it one line of field names"),
        ("text\n".encode("utf-16"), "this is UTF-16: convert it with `iconv -f utf-16 -t utf-8`"),
    ],
)  # fmt: skip
def test_an_unusable_header_is_raised(raw: bytes, message: str) -> None:
    with pytest.raises(RecordError) as caught:
        records(raw)
    assert str(caught.value) == f"in.csv:1: {message}"


def test_a_row_that_is_too_large_is_refused_and_the_rows_after_it_are_read() -> None:
    for large in (b"x" * 100 + b",1\n", b"x" * 10_000 + b",1\n", b"," * 3_000 + b"\n"):
        first, bad, last = records(b"text,n\na,1\n" + large + b"b,2\n", max_record=100)
        assert isinstance(first, Document) and isinstance(last, Document) and last.origin == Origin("in.csv", 4)
        assert isinstance(bad, RecordError) and (bad.origin, bad.reason) == (
            Origin("in.csv", 3),
            "a row of more than 100 bytes",
        )
        assert large.decode().startswith((bad.raw or "x").rstrip()) and len(bad.raw or "") <= KEPT_OF_TOO_LARGE
    assert len(records(b"text,n\n" + b"x" * 98 + b",1", max_record=100)) == 1


def test_an_open_quote_before_a_row_that_is_too_large_takes_only_its_line() -> None:
    found = records(b'text,n\n"open,1\na,2\n' + b"x" * 500 + b",3\nb,4\n", max_record=100)
    assert [one.origin.line if isinstance(one, Document) else str(one.reason) for one in found] == [
        "a quoted field that does not end",
        3,
        "a row of more than 100 bytes",
        5,
    ]


def test_rows_have_a_share_of_a_large_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv, "ROW_CHARACTERS", 50)
    raw = b"text,n\n" + b"x" * 150 + b",1\n"
    assert [type(records(raw, max_record=most)[0]) for most in (160, 800, 1_600)] == [
        RecordError,
        RecordError,
        Document,
    ]


def test_a_header_that_is_too_large_is_refused() -> None:
    with pytest.raises(RecordError, match=r"^in.csv:1: a header of more than 100 bytes: raise max_record"):
        records(b"text," + b"x," * 100 + b"\n", max_record=100)
