"""JSON Lines: each record becomes a document or is refused with its line; documents become records in every style."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from annotator.document import Document, Entity, Origin, Sentence
from annotator.errors import RecordError
from annotator.formats import FORMATS, jsonl
from annotator.formats.base import KEPT_OF_TOO_LARGE, ReadOptions, only_documents
from support.documents import from_bytes, golden, segmented, to_bytes
from support.paths import GOLDEN

BOM = b"\xef\xbb\xbf"


def read(raw: bytes, text_field: str = "text", id_field: str = "id") -> list[Document]:
    options = ReadOptions(text_field=text_field, id_field=id_field)
    return list(only_documents(jsonl.read(io.BytesIO(raw), "in.jsonl", options)))


def read_record(**record: Any) -> Document:
    (document,) = read(json.dumps(record).encode())
    return document


def refusal(reading: Callable[[], object]) -> str:
    """The message of the RecordError that reading raises: one line, whatever the record holds."""
    with pytest.raises(RecordError) as caught:
        reading()
    message = str(caught.value)
    assert len(message.splitlines()) == 1, message
    assert caught.value.exit_code == 1
    return message


# Reading.


def test_records_have_text_id_and_the_rest_as_meta() -> None:
    raw = BOM + b'{"id":"a","text":"one","n":1,"tags":["x"]}\r\n\r\n   \n{"text":"two\\ntwo\\u0000"}'
    first, second = read(raw)
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


def test_text_and_id_are_read_from_the_fields_named() -> None:
    (document,) = read(b'{"doc":3,"body":"one","id":"x","text":5}\n', text_field="body", id_field="doc")
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
    (again,) = read(b"".join(jsonl.write([document])))
    assert again == document


def test_a_surrogate_pair_is_one_character() -> None:
    assert read(b'{"text":"a\\ud83d\\ude00b"}')[0].text == "a😀b"


def test_line_separators_inside_a_record_do_not_end_it() -> None:
    assert read('{"text":"a\u2028b\x85c"}\n'.encode())[0].text == "a\u2028b\x85c"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"one", r"not JSON: Expecting value at character 0: correct the line"),
        (b'{"text": "one"', r"not JSON: .* at character 14: correct the line"),
        (b'{"text": "a\x00b"}', r"not JSON: Invalid control character.* at character 11: correct the line"),
        (b'{"text":"a"}{"text":"b"}', r"not JSON: Extra data at character 12: correct the line"),
        (b"[1, 2]", r"not a JSON object but \[1, 2\]: write each record as \{\.\.\.\}"),
        (b'"one"', r'not a JSON object but "one": write each record as \{\.\.\.\}'),
        (b'["a",\r"b"]', r"not a JSON object but .*: write each record as \{\.\.\.\}"),
        (b"null", r"not a JSON object but null: write each record as \{\.\.\.\}"),
        (b"[" + b"1," * 50_000 + b"1]", r"not a JSON object but \[[1,]{39}: write each record as \{\.\.\.\}"),
        (
            b'{"id":1,"body":"x"}',
            r"no field 'text' \(there are: id, body\): name the field with the text by text_field",
        ),
        (b'{"a\\nb":1}', r"no field 'text' \(there are: a.*b\): .*text_field"),
        (b'{"text":5}', r"field 'text' holds no text but 5: name another field by text_field"),
        (b'{"text":["a","b"]}', r"field 'text' holds no text but \[\"a\", \"b\"\]: name another field by text_field"),
        (b'{"text":"ab\\ud800c"}', r"half of a surrogate pair \(\\ud800\) at character 2: .*"),
        (b'{"text":"\\ude00\\ud83d"}', r"half of a surrogate pair \(\\ude00\) at character 0: .*"),
        (b"[" * 100_000 + b"]" * 100_000, r"JSON that cannot be read: .*recursion.*"),
        (b'{"text":"a","x":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001, r"JSON that cannot be read: .*recursion.*"),
        (b'{"text":"a","n":' + b"9" * 5_000 + b"}", r"JSON that cannot be read: Exceeds the limit .*"),
        (b'{"text":"\xff"}', r"not UTF-8: byte 0xff at byte 10 of the line: convert .*"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else "",
)
def test_bad_records_are_refused_by_line(line: bytes, message: str) -> None:
    said = refusal(lambda: read(b'{"text":"ok"}\n\n' + line + b"\n"))
    assert re.fullmatch(r"in\.jsonl:3: " + message, said), said


def test_utf16_is_refused() -> None:
    raw = '\ufeff{"text": "one"}\n'.encode("utf-16-le")
    assert refusal(lambda: read(raw)).startswith("in.jsonl:1: this is UTF-16: ")


def test_a_missing_text_names_the_field_asked_for() -> None:
    said = refusal(lambda: read(b'{"text":"a"}', text_field="body"))
    assert said == "in.jsonl:1: no field 'body' (there are: text): name the field with the text by text_field"


def test_a_null_text_is_not_called_missing() -> None:
    said = refusal(lambda: read_record(text=None, id=1))
    assert said.startswith("in.jsonl:1: field 'text' holds no text but null")


def test_a_record_of_many_fields_does_not_flood_the_message() -> None:
    record = dict.fromkeys((f"field{n}" for n in range(10_000)), 1)
    assert len(refusal(lambda: read_record(**record))) < 1_000


@pytest.mark.parametrize("number", ["1e999", "-1e999"])
def test_numbers_too_large_for_floats_are_refused_since_json_has_no_infinity(number: str) -> None:
    said = refusal(lambda: read(b'{"text":"a","n":%s}' % number.encode()))
    assert f"the number {number} is too large for a float" in said


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_does_not_have_are_refused(word: str) -> None:
    said = refusal(lambda: read(b'{"text":"a","n":[%s]}' % word.encode()))
    assert said == f"in.jsonl:1: JSON that cannot be read: {word} is no value of JSON, null is: correct the record"


def test_records_nested_too_deep_to_be_written_are_refused() -> None:
    value: Any = 1
    for _ in range(300):
        value = [value]
    said = refusal(lambda: read_record(text="Rom", x=value))
    assert said == "in.jsonl:1: a record nested more than 200 levels deep: flatten it"
    assert read_record(text="Rom", x=[[]] * 300).meta == {"x": [[]] * 300}


def test_sentences_are_joined_where_one_begins_inside_an_entity() -> None:
    record = {"text": "St. Gallen. Ja.", "ents": [[0, 10, "LOC"]]}
    document = read_record(**record, sents=[[0, 3], [4, 10, 10, 11], [12, 14, 14, 15]])
    assert document.sentences == (Sentence.of([0, 3, 4, 10, 10, 11]), Sentence.of([12, 14, 14, 15]))


@pytest.mark.parametrize("score", [-0.01, 1.01, 98])
def test_a_score_outside_0_and_1_is_refused(score: float) -> None:
    said = refusal(lambda: read_record(text="Rom", ents=[{"start": 0, "end": 3, "label": "LOC", "score": score}]))
    assert said == f"in.jsonl:1: the score of an entity is not between 0 and 1 but {score}: scale or remove it"


# Writing.


def test_golden_documents_are_the_golden_file() -> None:
    assert b"".join(jsonl.write(golden())) == (GOLDEN / "expected.jsonl").read_bytes()
    assert b"".join(jsonl.write([])) == b""


def test_a_record_is_one_line_of_utf8() -> None:
    document = segmented("a\nb\u2028c", id="\udcff", meta={"x": "\ud800é"})
    (line,) = jsonl.write([document])
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    assert "é".encode() in line
    record = json.loads(line.decode("utf-8"))
    assert (record["id"], record["text"], record["meta"]) == ("\udcff", "a\nb\u2028c", {"x": "\ud800é"})


TEXT = "👩 Rom ist alt. Bern auch."
MADE = Document(
    "i", TEXT, Origin("in", 1), {"n": 1},
    (Sentence.of([0, 1, 2, 5, 6, 9, 10, 13, 13, 14]), Sentence.of([15, 19, 20, 24, 24, 25])),
    (Entity(2, 5, "LOC", 0.5), Entity(15, 19, "LOC")),
)  # fmt: skip


def written(style: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(to_bytes([MADE], FORMATS["jsonl"], style=style))
    return record


def test_the_style_words_adds_the_words_of_each_sentence() -> None:
    sents = [[0, 1, 2, 5, 6, 9, 10, 13, 13, 14], [15, 19, 20, 24, 24, 25]]
    assert written("words") == {**MADE.to_dict(), "sents": sents}


def test_prodigys_spans_lie_on_its_tokens() -> None:
    record = written("prodigy")
    assert [token["text"] for token in record["tokens"]] == ["👩", "Rom", "ist", "alt", ".", "Bern", "auch", "."]
    for span, text in zip(record["spans"], ["Rom", "Bern"], strict=True):
        first, last = (record["tokens"][span[end]] for end in ("token_start", "token_end"))
        assert TEXT[first["start"] : last["end"]] == text == TEXT[span["start"] : span["end"]]
    assert "".join(token["text"] + " " * token["ws"] for token in record["tokens"]) == TEXT


def test_prodigys_span_of_a_part_of_a_word_has_no_token_numbers() -> None:
    misaligned = Document("i", "Romans", Origin("in", 1), {}, (Sentence.of([0, 6]),), (Entity(0, 3, "LOC"),))
    record = json.loads(to_bytes([misaligned], FORMATS["jsonl"], style="prodigy"))
    assert record["spans"] == [{"start": 0, "end": 3, "label": "LOC"}]


def test_doccano_has_triples() -> None:
    assert written("doccano") == {"id": "i", "text": TEXT, "label": [[2, 5, "LOC"], [15, 19, "LOC"]], "meta": {"n": 1}}


def test_label_studios_regions_are_in_a_prediction() -> None:
    record = written("labelstudio")
    assert record["data"] == {"id": "i", "text": TEXT, "meta": {"n": 1}}
    ((first, second),) = (prediction["result"] for prediction in record["predictions"])
    assert first == {
        "id": "0", "from_name": "label", "to_name": "text", "type": "labels", "score": 0.5,
        "value": {"start": 2, "end": 5, "text": "Rom", "labels": ["LOC"]},
    }  # fmt: skip
    assert "score" not in second and second["id"] != first["id"]


def test_argillas_spans_are_a_suggestion() -> None:
    record = written("argilla")
    assert (record["id"], record["fields"], record["metadata"]) == ("i", {"text": TEXT}, {"n": 1})
    spans = [{"start": 2, "end": 5, "label": "LOC"}, {"start": 15, "end": 19, "label": "LOC"}]
    assert record["suggestions"] == {"entities": {"value": spans, "agent": "annotator"}}  # one of them has no score


def test_a_response_in_argilla_counts_more_than_a_suggestion() -> None:
    record = written("argilla")
    record["responses"] = {"entities": [{"value": [{"start": 2, "end": 5, "label": "PER"}], "user_id": "u"}]}
    (found,) = from_bytes(json.dumps(record).encode(), FORMATS["jsonl"])
    assert [(e.start, e.end, e.label) for e in found.entities] == [(2, 5, "PER")]


def test_spacy_accepts_its_records() -> None:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

    doc = Doc(Vocab()).from_json(written("spacy"), validate=True)
    assert doc.text == TEXT
    assert [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents] == [(2, 5, "LOC"), (15, 19, "LOC")]
    assert [sent.text for sent in doc.sents] == ["👩 Rom ist alt.", "Bern auch."]


def test_spacy_accepts_words_that_are_white_space() -> None:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

    lines = Document(
        "i", "x\r\n\r\nRom", Origin("in", 1), {}, (Sentence.of([0, 2, 2, 3, 4, 5, 5, 8]),), (Entity(5, 8, "LOC"),)
    )
    doc = Doc(Vocab()).from_json(json.loads(to_bytes([lines], FORMATS["jsonl"], style="spacy")), validate=True)
    assert [token.text for token in doc] == ["x\r", "\n\r\n", "Rom"]
    assert [ent.text for ent in doc.ents] == ["Rom"]


@pytest.mark.parametrize("style", FORMATS["jsonl"].styles)
def test_every_style_is_read_as_the_document(style: str) -> None:
    (again,) = from_bytes(to_bytes([MADE], FORMATS["jsonl"], style=style), FORMATS["jsonl"])
    assert (again.id, again.text, again.meta) == (MADE.id, MADE.text, MADE.meta)
    assert [(e.start, e.end, e.label) for e in again.entities] == [(2, 5, "LOC"), (15, 19, "LOC")]


def test_a_record_that_is_too_large_is_refused_and_those_after_it_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "FEW_VALUES", 10)
    good, fits = b'{"text": "Rom"}\n', b'{"text": "' + b"x" * 88 + b'"}\n'
    raw = good + b" " * 101 + b"\n" + b"[" * 5_000 + b"\n" + fits + b"[" + b"{}," * 9 + b"\n" + good
    found = list(jsonl.read(io.BytesIO(raw), "in", ReadOptions(max_record=100)))
    assert [one.origin.line for one in found if isinstance(one, Document)] == [1, 4, 6]
    assert [str(one) for one in found if isinstance(one, RecordError)] == [
        "in:2: a line of more than 100 bytes: raise max_record if this is one record",
        "in:3: a line of more than 100 bytes: raise max_record if this is one record",
        "in:5: a record of more than 10 values: raise max_record if this is one record",
    ]
    assert all(len(one.raw or "") <= KEPT_OF_TOO_LARGE for one in found if isinstance(one, RecordError))
