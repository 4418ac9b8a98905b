"""Documents -> bytes: golden pairs for each format, read back by others' readers."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from annotator.document import Document, Entity, Origin, Sentence, Word, sentence_tags
from annotator.errors import RecordError
from annotator.formats import conll, docbin, jsonl
from annotator.formats import docbin as docbin_reader
from annotator.formats import jsonl as jsonl_reader
from annotator.formats.base import ReadOptions, WriteOptions, strict
from annotator.prepare.segment import Segmenter
from support.paths import GOLDEN

segmenter = Segmenter()


def golden() -> list[Document]:
    """The documents of golden/documents.jsonl, with sentences."""
    raw = (GOLDEN / "documents.jsonl").read_bytes()
    return segmenter(strict(jsonl_reader.read(io.BytesIO(raw), "documents.jsonl", ReadOptions())))


def segmented(text: str, *entities: Entity, **fields: Any) -> Document:
    (document,) = segmenter([Document(fields.pop("id", "i"), text, Origin("test", 1), **fields)])
    return replace(document, entities=entities)


def words(document: Document) -> list[list[str]]:
    return [[document.text[w.start : w.end] for w in s.words] for s in document.sentences or ()]


def through_docbin(documents: Iterable[Document]) -> list[Doc]:
    raw = b"".join(docbin.write(documents))
    return list(DocBin().from_bytes(raw).get_docs(spacy.blank("xx").vocab))


def sentences(doc: Doc) -> list[list[str]]:
    """The sentences of a Doc without white space."""
    found = ([token.text for token in sent if not token.text.isspace()] for sent in doc.sents)
    return [sentence for sentence in found if sentence]


# Golden files.


def test_conll_is_the_golden_file() -> None:
    assert b"".join(conll.write(golden())) == (GOLDEN / "expected.conll").read_bytes()


def test_conll_with_document_marks_is_the_golden_file() -> None:
    written = b"".join(conll.write(golden(), WriteOptions(docstart=True)))
    assert written == (GOLDEN / "expected_docstart.conll").read_bytes()


def test_jsonl_is_the_golden_file() -> None:
    assert b"".join(jsonl.write(golden())) == (GOLDEN / "expected.jsonl").read_bytes()


def test_docbin_holds_the_golden_documents() -> None:
    documents = golden()
    docs = through_docbin(documents)
    expected = [json.loads(line) for line in (GOLDEN / "expected.jsonl").read_bytes().splitlines()]
    assert [doc.text for doc in docs] == [record["text"] for record in expected]
    for doc, record, document in zip(docs, expected, documents, strict=True):
        ents = [(ent.start_char, ent.end_char, ent.text, ent.label_) for ent in doc.ents]
        assert ents == [(e["start"], e["end"], e["text"], e["label"]) for e in record["ents"]]
        assert sentences(doc) == words(document)
        assert doc.user_data["id"] == record["id"]
        assert list(doc.user_data["scores"]) == [e["score"] for e in record["ents"]]
    # msgpack gives lists back as tuples.
    assert [doc.user_data["meta"] for doc in docs] == [{"lang": "de"}, {}, {}, {}, {"tags": ("a", None)}, {}]


def test_docbin_is_the_same_bytes_each_time() -> None:
    assert list(docbin.write(golden())) == list(docbin.write(golden()))


@pytest.mark.parametrize(("writer", "expected"), [(conll, b""), (jsonl, b"")])
def test_no_documents_are_no_bytes(writer: Any, expected: bytes) -> None:
    assert b"".join(writer.write([])) == expected


def test_no_documents_are_an_empty_docbin() -> None:
    assert through_docbin([]) == []


# White space and entities in DocBin.


@pytest.mark.parametrize(
    "text",
    ["", " ", "  ", "\n", "\t \n", "a", " a", "  a", "a ", "a  ", "a  b", "a\tb\nc", "a \n b", "\r\na\r\n\r\nb",
     "a\u00a0b", "a\u2028b", "a\x00b", "Le Monde . Oui .\n\n\n  Non", "北京 是", "👩‍👩‍👧 e\u0301"],
)  # fmt: skip
def test_docbin_text_is_the_text(text: str) -> None:
    (doc,) = through_docbin([segmented(text)])
    assert doc.text == text
    assert sentences(doc) == words(segmented(text))
    assert doc.ents == ()


def test_leading_white_space_is_no_sentence_of_its_own() -> None:
    (doc,) = through_docbin([segmented("  Angela kam. Paris.")])
    assert [sent.text.strip() for sent in doc.sents] == ["Angela kam.", "Paris."]


@pytest.mark.parametrize("label", ["PER", "WORK_OF_ART", "B-PER", "a b", "Lö"])
def test_entities_of_any_label_keep_apart_and_whole(label: str) -> None:
    given = [Entity(0, 3, label, 0.5), Entity(4, 10, label, None), Entity(10, 12, label, 1.0)]
    (doc,) = through_docbin([segmented("Rom Bad  O北京", *given)])
    assert [(e.text, e.label_) for e in doc.ents] == [("Rom", label), ("Bad  O", label), ("北京", label)]


def test_user_data_is_kept() -> None:
    meta = {"a": 1, "b": {"c": [1.5, None, True]}, "ü": "\x00", "big": 2**63}
    (doc,) = through_docbin([segmented("Rom", Entity(0, 3, "LOC", 0.25), id="ü:1", meta=meta)])
    assert doc.user_data["id"] == "ü:1"
    assert doc.user_data["meta"] == {**meta, "b": {"c": (1.5, None, True)}}
    assert list(doc.user_data["scores"]) == [0.25]


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    "fields",
    [
        {"meta": {"n": 2**64}},
        {"meta": {"x": "\ud800"}},
        {"meta": {"\ud800": 1}},
        {"id": "\udcff"},
        {"meta": nested(190)},
    ],
    ids=["integer of 65 bits", "surrogate", "surrogate in a name", "surrogate in the id", "nested deeply"],
)
def test_docbin_keeps_what_msgpack_cannot_hold(fields: dict[str, Any]) -> None:
    document = segmented("Rom", Entity(0, 3, "LOC", 0.5), **fields)
    (back,) = docbin_reader.read(io.BytesIO(b"".join(docbin.write([document]))), "in", ReadOptions())
    assert back == replace(document, origin=Origin("in", 1))


def test_docbin_is_written_whatever_the_depth() -> None:
    (doc,) = through_docbin([segmented("Rom", meta=nested(600))])
    assert doc.text == "Rom" and '{"a": {"a": ' in doc.user_data["json"]


# JSON Lines.


def test_jsonl_keeps_lines_whole_and_is_utf8() -> None:
    document = segmented("a\nb\u2028c", id="\udcff", meta={"x": "\ud800é"})
    (line,) = jsonl.write([document])
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    assert "é".encode() in line
    record = json.loads(line.decode("utf-8"))
    assert (record["id"], record["text"], record["meta"]) == ("\udcff", "a\nb\u2028c", {"x": "\ud800é"})


@pytest.mark.parametrize("number", ["1e999", "-1e999"])
def test_numbers_beyond_floats_are_refused_since_json_has_no_infinity(number: str) -> None:
    raw = b'{"text":"a","n":%s}' % number.encode()
    with pytest.raises(RecordError, match=f"in:1: .*{number} is beyond what a float holds"):
        list(strict(jsonl_reader.read(io.BytesIO(raw), "in", ReadOptions())))


# Tags.


def test_a_word_is_in_an_entity_if_they_share_a_character() -> None:
    text = "Bundesrat-Paris in Bern"
    document = Document(
        "i", text, Origin("t", 1), sentences=(Sentence((Word(0, 15), Word(16, 18), Word(19, 23))),),
        entities=(Entity(3, 6, "ORG"), Entity(10, 18, "LOC"), Entity(18, 20, "LOC")),
    )  # fmt: skip
    assert [tags for _, tags in sentence_tags(document)] == [["B-ORG", "B-LOC", "B-LOC"]]


# Properties.


@st.composite
def annotated(draw: st.DrawFn) -> Document:
    """Any text in our words and sentences, with any entities that keep to words and sentences."""
    document = segmented(draw(st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(" \n.a北")))))
    entities: list[Entity] = []
    for sentence in document.sentences or ():
        cuts = draw(st.lists(st.integers(0, len(sentence.words)), max_size=4).map(sorted))
        for first, last in itertools.pairwise(cuts):
            if first < last and draw(st.booleans()):
                span = sentence.words[first].start, sentence.words[last - 1].end
                entities.append(Entity(*span, draw(st.sampled_from(["PER", "ORG"]))))
    return replace(document, entities=tuple(entities))


@settings(max_examples=200, deadline=None)
@given(annotated())
def test_docbin_doc_is_the_document(document: Document) -> None:
    doc = document.to_spacy(Vocab())
    assert doc.text == document.text
    assert sentences(doc) == words(document)
    assert [(e.start_char, e.end_char, e.label_) for e in doc.ents] == [
        (e.start, e.end, e.label) for e in document.entities
    ]


@settings(max_examples=200, deadline=None)
@given(annotated())
def test_conll_is_valid_iob2_of_the_words(document: Document) -> None:
    written = b"".join(conll.write([document])).decode("utf-8")
    blocks = [[line.split("\t") for line in block.split("\n")] for block in written.split("\n\n")[:-1]]
    assert [[token for token, _ in block] for block in blocks] == words(document)
    flat = [
        (tag, word)
        for block, s in zip(blocks, document.sentences or (), strict=True)
        for (_, tag), word in zip(block, s.words, strict=True)
    ]
    found: list[list[Any]] = []
    for block in blocks:
        for (_, before), (_, tag) in itertools.pairwise([["", "O"], *block]):
            assert tag == "O" or tag[:2] == "B-" or (tag[:2] == "I-" and before[2:] == tag[2:])
    for tag, word in flat:
        if tag[0] == "B":
            found.append([word.start, word.end, tag[2:]])
        elif tag[0] == "I":
            found[-1][1] = word.end
    assert found == [[e.start, e.end, e.label] for e in document.entities]
