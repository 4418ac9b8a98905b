"""Plain text: each line is a document exactly as it stands, or is refused with file and line."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.document import Document, Origin
from annotator.errors import RecordError
from annotator.formats import text
from annotator.formats.base import ReadOptions, only_documents

BOM = b"\xef\xbb\xbf"


def read(raw: bytes, split: str = "line") -> list[Document]:
    return list(only_documents(text.read(io.BytesIO(raw), "in.txt", ReadOptions(split=split))))


def texts(raw: bytes, split: str = "line") -> list[str]:
    return [document.text for document in read(raw, split)]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"one\ntwo\n", ["one", "two"]),
        (b"one\ntwo", ["one", "two"]),
        (b"one\r\ntwo\r\n", ["one", "two"]),
        (b"one\n\n  \ntwo\n\n", ["one", "", "  ", "two", ""]),
        (b"one\rtwo\n", ["one\rtwo"]),  # only LF ends a line
        (b"one\r\r\n", ["one\r"]),  # and only one CR belongs to it
        (b" one \n", [" one "]),
        (BOM + b"one\n" + BOM + b"two\n", ["one", "\ufefftwo"]),
        (b"a\x00b\n", ["a\x00b"]),
        ("a\u2028b\u2029c\x0bd\x0ce\x85f\x1cg\n".encode(), ["a\u2028b\u2029c\x0bd\x0ce\x85f\x1cg"]),
        ("👩‍👩‍👧 e\u0301 مرحبا\n".encode(), ["👩‍👩‍👧 e\u0301 مرحبا"]),
    ],
)
def test_lines_are_documents_as_they_stand(raw: bytes, expected: list[str]) -> None:
    assert texts(raw) == expected


def test_ids_are_source_and_line() -> None:
    documents = read(b"one\n\ntwo")
    assert [d.id for d in documents] == ["in.txt:1", "in.txt:2", "in.txt:3"]
    assert [d.origin for d in documents] == [Origin("in.txt", n) for n in (1, 2, 3)]
    assert all(d.meta == {} and d.sentences is None and d.entities == () for d in documents)


def test_paragraphs_and_files_keep_their_line_ends() -> None:
    raw = b"\none\r\ntwo\n \n\nthree\n"
    assert [(d.text, d.id) for d in read(raw, "paragraph")] == [("one\r\ntwo", "in.txt:2"), ("three", "in.txt:6")]
    assert texts(raw, "file") == ["\none\r\ntwo\n \n\nthree"]
    assert texts(b"", "file") == texts(b"\n\n", "paragraph") == []


@pytest.mark.parametrize(
    ("raw", "line", "byte", "number"),
    [
        (b"ok\nab\xffc\n", 2, "ff", 3),
        (b"\xe4\n", 1, "e4", 1),
        (BOM + b"a\n\n" + b"caf\xe9\r\n", 3, "e9", 4),
        (b"a\xed\xa0\x80\n", 1, "ed", 2),  # a surrogate, which UTF-8 cannot encode
        (b"ok\n\xf0\x9f\x91", 2, "f0", 1),  # cut off at the end of the file
    ],
)
def test_bytes_that_are_not_utf8_are_located(raw: bytes, line: int, byte: str, number: int) -> None:
    with pytest.raises(RecordError) as caught:
        read(raw)
    assert str(caught.value) == (
        f"in.txt:{line}: not UTF-8: byte 0x{byte} at byte {number} of the line: "
        "convert the file with `iconv -t utf-8 -f ITS_ENCODING`"
    )


def test_documents_around_a_bad_line_are_read() -> None:
    found = list(text.read(io.BytesIO(b"one\n\xff\ntwo\n"), "in.txt", ReadOptions()))
    assert [one.text if isinstance(one, Document) else str(one.origin) for one in found] == ["one", "in.txt:2", "two"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\ufeff"))))
def test_any_lines_are_read_as_they_were_written(lines: list[str]) -> None:
    for end in ("\n", "\r\n"):
        assert texts("".join(line + end for line in lines).encode()) == lines


@pytest.mark.parametrize(
    ("split", "reason", "good"),
    [
        ("line", "a line of more than 10 bytes", ["one", "", "x\r", "", "two"]),
        ("paragraph", "a paragraph of more than 10 bytes", ["one", "two"]),
        ("file", "a file of more than 10 bytes", []),
    ],
)
def test_a_unit_that_is_too_large_is_refused_and_those_after_it_are_read(
    split: str, reason: str, good: list[str]
) -> None:
    options = ReadOptions(split=split, max_record=10)
    found = list(text.read(io.BytesIO(b"one\n\nx\r\r\n" + b"y" * 50 + b"\n\ntwo\n"), "in.txt", options))
    assert [one.text for one in found if isinstance(one, Document)] == good
    (bad,) = [one for one in found if isinstance(one, RecordError)]
    line = {"line": 4, "paragraph": 3, "file": 1}[split]
    assert str(bad) == f"in.txt:{line}: {reason}: raise max_record if this is one record"


def test_paragraphs_of_many_lines_are_too_large_as_a_whole() -> None:
    options = ReadOptions(split="paragraph", max_record=10)
    fits, *bad = text.read(io.BytesIO(b"12345\n6789\n\n12345\n67890\n" + b"a\n" * 20), "in.txt", options)
    assert isinstance(fits, Document) and fits.text == "12345\n6789"
    assert [str(one) for one in bad] == [
        "in.txt:4: a paragraph of more than 10 bytes: raise max_record if this is one record"
    ]


def test_a_paragraph_with_bytes_that_are_not_utf8_is_refused_with_their_line() -> None:
    (bad,) = text.read(io.BytesIO(b"\none\r\nab\xffc\r\nlast"), "in.txt", ReadOptions(split="paragraph"))
    assert isinstance(bad, RecordError) and (bad.origin, bad.raw) == (Origin("in.txt", 3), "ab\\xffc")
