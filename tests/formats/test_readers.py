"""Bytes -> documents: every odd line is either read as it stands or refused with file and line."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.document import Document, Origin
from annotator.errors import RecordError
from annotator.formats import jsonl, text
from annotator.formats import jsonl as jsonl_writer
from annotator.formats.base import ReadOptions, strict

BOM = b"\xef\xbb\xbf"


def read_text(raw: bytes) -> list[Document]:
    return list(strict(text.read(io.BytesIO(raw), "in.txt", ReadOptions())))


def texts(raw: bytes) -> list[str]:
    return [document.text for document in read_text(raw)]


def read_jsonl(raw: bytes, **fields: str) -> list[Document]:
    return list(strict(jsonl.read(io.BytesIO(raw), "in.jsonl", ReadOptions(**fields))))


def read_record(**record: Any) -> Document:
    (document,) = read_jsonl(json.dumps(record).encode())
    return document


def refusal(read: Callable[[], object]) -> str:
    """The message of the RecordError that reading ends in: one line, whatever the record holds."""
    with pytest.raises(RecordError) as caught:
        read()
    message = str(caught.value)
    assert len(message.splitlines()) == 1, message
    assert caught.value.exit_code == 1
    return message


# Text: a document a line.


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
def test_text_lines_are_documents_as_they_stand(raw: bytes, expected: list[str]) -> None:
    assert texts(raw) == expected


def test_text_ids_are_source_and_line() -> None:
    documents = read_text(b"one\n\ntwo")
    assert [d.id for d in documents] == ["in.txt:1", "in.txt:2", "in.txt:3"]
    assert [d.origin for d in documents] == [Origin("in.txt", n) for n in (1, 2, 3)]
    assert all(d.meta == {} and d.sentences is None and d.entities == () for d in documents)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_is_named_with_its_remedy(encoding: str) -> None:
    raw = "\ufeffone\ntwo\n".encode(encoding)
    expected = "in.txt:1: this is UTF-16: convert it with `iconv -f utf-16 -t utf-8`"
    assert refusal(lambda: read_text(raw)) == expected
    assert refusal(lambda: read_jsonl(raw)) == expected.replace("in.txt", "in.jsonl")


@pytest.mark.parametrize(
    ("raw", "where", "byte", "at"),
    [
        (b"ok\nab\xffc\n", 2, "ff", 3),
        (b"\xe4\n", 1, "e4", 1),
        (BOM + b"a\n\n" + b"caf\xe9\r\n", 3, "e9", 4),
        (b"a\xed\xa0\x80\n", 1, "ed", 2),  # a surrogate has no UTF-8
        (b"ok\n\xf0\x9f\x91", 2, "f0", 1),  # cut off at the end of the file
    ],
)
def test_bytes_that_are_not_utf8_are_located(raw: bytes, where: int, byte: str, at: int) -> None:
    expected = (
        f"not UTF-8: byte 0x{byte} at byte {at} of the line; convert the file with `iconv -t utf-8 -f ITS_ENCODING`"
    )
    assert refusal(lambda: read_text(raw)) == f"in.txt:{where}: {expected}"


def test_documents_before_a_bad_line_are_given() -> None:
    documents = strict(text.read(io.BytesIO(b"one\ntwo\n\xff\n"), "in.txt", ReadOptions()))
    assert [next(documents).text, next(documents).text] == ["one", "two"]
    assert refusal(lambda: next(documents)).startswith("in.txt:3: ")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\ufeff"))))
def test_any_lines_come_back(lines: list[str]) -> None:
    for end in ("\n", "\r\n"):
        assert texts("".join(line + end for line in lines).encode()) == lines


# JSON Lines: a record a line.


def test_records_have_text_id_and_the_rest_as_meta() -> None:
    raw = BOM + b'{"id":"a","text":"one","n":1,"tags":["x"]}\r\n\r\n   \n{"text":"two\\ntwo\\u0000"}'
    first, second = read_jsonl(raw)
    assert first == Document("a", "one", Origin("in.jsonl", 1), {"n": 1, "tags": ["x"]})
    assert second == Document("in.jsonl:4", "two\ntwo\x00", Origin("in.jsonl", 4), {})


@pytest.mark.parametrize(
    ("given_id", "expected"),
    [
        (7, "7"),
        (0, "0"),
        ("", ""),
        (1.5, "1.5"),
        (10**40, "1" + "0" * 40),
        (True, "True"),
        (["a", 1], "['a', 1]"),
        (None, "in.jsonl:1"),
    ],
)
def test_ids_become_strings(given_id: object, expected: str) -> None:
    assert read_record(id=given_id, text="one").id == expected


def test_fields_by_other_names() -> None:
    (document,) = read_jsonl(b'{"doc":3,"body":"one","id":"x","text":5}\n', text_field="body", id_field="doc")
    assert document == Document("3", "one", Origin("in.jsonl", 1), {"id": "x", "text": 5})


@pytest.mark.parametrize(
    ("record", "meta"),
    [
        ({"a": 1, "meta": {"b": 2}}, {"a": 1, "meta": {"b": 2}}),
        ({"a": 1, "meta": 5}, {"meta": 5, "a": 1}),
        ({"meta": None}, {"meta": None}),
        ({"meta": {"meta": {"b": 2}}}, {"meta": {"b": 2}}),
        ({"ents": [{"start": 0, "end": 3, "label": "PER"}], "a": 1}, {"a": 1}),
        ({"ents": "none"}, {"ents": "none"}),
        ({"a": None, "b": {"c": [1, 2.5, "ü"]}}, {"a": None, "b": {"c": [1, 2.5, "ü"]}}),
    ],
)
def test_meta_is_what_is_left_and_survives_our_own_output(record: dict[str, Any], meta: dict[str, Any]) -> None:
    document = read_record(id="i", text="one", **record)
    assert document.meta == meta and "".join(e.label for e in document.entities) == ("PER" if meta == {"a": 1} else "")
    (again,) = read_jsonl(b"".join(jsonl_writer.write([document])))
    assert again == document


def test_a_surrogate_pair_is_one_character() -> None:
    assert read_jsonl(b'{"text":"a\\ud83d\\ude00b"}')[0].text == "a😀b"


def test_line_separators_inside_a_record_do_not_end_it() -> None:
    assert read_jsonl('{"text":"a\u2028b\x85c"}\n'.encode())[0].text == "a\u2028b\x85c"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"one", r"not JSON: Expecting value at character 0; mend the line"),
        (b'{"text": "one"', r"not JSON: .* at character 14; mend the line"),
        (b'{"text": "a\x00b"}', r"not JSON: Invalid control character.* at character 11; mend the line"),
        (b'{"text":"a"}{"text":"b"}', r"not JSON: Extra data at character 12; mend the line"),
        (b"[1, 2]", r"not a JSON object but \[1, 2\]; a record is \{\.\.\.\}"),
        (b'"one"', r'not a JSON object but "one"; a record is \{\.\.\.\}'),
        (b'["a",\r"b"]', r"not a JSON object but .*; a record is \{\.\.\.\}"),
        (b"null", r"not a JSON object but null; a record is \{\.\.\.\}"),
        (b"[" + b"1," * 50_000 + b"1]", r"not a JSON object but \[[1,]{39}; a record is \{\.\.\.\}"),
        (
            b'{"id":1,"body":"x"}',
            r"no field 'text': name the one with the text by --text-field \(there are: id, body\)",
        ),
        (b'{"a\\nb":1}', r"no field 'text': .*--text-field .*a.*b.*"),
        (b'{"text":5}', r"field 'text' holds no text but 5; name another by --text-field"),
        (b'{"text":["a","b"]}', r"field 'text' holds no text but \[\"a\", \"b\"\]; name another by --text-field"),
        (b'{"text":"ab\\ud800c"}', r"half of a surrogate pair \(\\ud800\) at character 2"),
        (b'{"text":"\\ude00\\ud83d"}', r"half of a surrogate pair \(\\ude00\) at character 0"),
        (b"[" * 100_000 + b"]" * 100_000, r"JSON that cannot be read: .*recursion.*"),
        (b'{"text":"a","x":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001, r"JSON that cannot be read: .*recursion.*"),
        (b'{"text":"a","n":' + b"9" * 5_000 + b"}", r"JSON that cannot be read: Exceeds the limit .*"),
        (b'{"text":"\xff"}', r"not UTF-8: byte 0xff at byte 10 of the line; convert .*"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else "",
)
def test_bad_records_are_refused_by_line(line: bytes, message: str) -> None:
    said = refusal(lambda: read_jsonl(b'{"text":"ok"}\n\n' + line + b"\n"))
    assert re.fullmatch(r"in\.jsonl:3: " + message, said), said


def test_a_missing_text_names_the_field_asked_for() -> None:
    said = refusal(lambda: read_jsonl(b'{"text":"a"}', text_field="body"))
    assert said == "in.jsonl:1: no field 'body': name the one with the text by --text-field (there are: text)"


def test_a_null_text_is_not_called_missing() -> None:
    said = refusal(lambda: read_record(text=None, id=1))
    assert said.startswith("in.jsonl:1: ") and "no field 'text'" not in said


def test_a_record_of_many_fields_does_not_flood_the_message() -> None:
    record = dict.fromkeys((f"field{n}" for n in range(10_000)), 1)
    assert len(refusal(lambda: read_record(**record))) < 1_000
