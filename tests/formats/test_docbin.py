"""spaCy DocBin: golden documents, exact text, user data; damaged files."""

from __future__ import annotations

import gc
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest
import spacy
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from annotator.document import Document, Entity, Origin
from annotator.errors import RecordError
from annotator.formats import FORMATS, docbin
from annotator.formats.base import ReadOptions
from annotator.json_values import AnnotatorWarning
from support import bombs
from support.bombs import docs_of
from support.documents import from_bytes, golden, segmented, to_bytes, word_texts
from support.paths import GOLDEN


def written(documents: Iterable[Document]) -> list[Doc]:
    """The Docs that spaCy reads from our DocBin."""
    raw = b"".join(docbin.write(documents))
    return list(DocBin().from_bytes(raw).get_docs(spacy.blank("xx").vocab))


def sentences(doc: Doc) -> list[list[str]]:
    """The sentences of a Doc without white space."""
    found = ([token.text for token in sent if not token.text.isspace()] for sent in doc.sents)
    return [sentence for sentence in found if sentence]


# Golden documents.


def test_golden_documents_are_whole() -> None:
    documents = golden()
    docs = written(documents)
    expected = [json.loads(line) for line in (GOLDEN / "expected.jsonl").read_bytes().splitlines()]
    assert [doc.text for doc in docs] == [record["text"] for record in expected]
    for doc, record, document in zip(docs, expected, documents, strict=True):
        ents = [(ent.start_char, ent.end_char, ent.text, ent.label_) for ent in doc.ents]
        assert ents == [(e["start"], e["end"], e["text"], e["label"]) for e in record["ents"]]
        assert sentences(doc) == word_texts(document)
        assert doc.user_data["id"] == record["id"]
        assert list(doc.user_data["scores"]) == [e["score"] for e in record["ents"]]
    # msgpack turns lists into tuples.
    assert [doc.user_data["meta"] for doc in docs] == [{"lang": "de"}, {}, {}, {}, {"tags": ("a", None)}, {}]


def test_the_same_documents_are_the_same_bytes() -> None:
    assert list(docbin.write(golden())) == list(docbin.write(golden()))


def test_no_documents_are_an_empty_docbin() -> None:
    assert written([]) == []


# White space and entities.


@pytest.mark.parametrize(
    "text",
    ["", " ", "  ", "\n", "\t \n", "a", " a", "  a", "a ", "a  ", "a  b", "a\tb\nc", "a \n b", "\r\na\r\n\r\nb",
     "a\u00a0b", "a\u2028b", "a\x00b", "Le Monde . Oui .\n\n\n  Non", "北京 是", "👩‍👩‍👧 e\u0301"],
)  # fmt: skip
def test_the_text_is_exact(text: str) -> None:
    (doc,) = written([segmented(text)])
    assert doc.text == text
    assert sentences(doc) == word_texts(segmented(text))
    assert doc.ents == ()


def test_leading_white_space_is_not_a_sentence_of_its_own() -> None:
    (doc,) = written([segmented("  Angela kam. Paris.")])
    assert [sent.text.strip() for sent in doc.sents] == ["Angela kam.", "Paris."]


@pytest.mark.parametrize("label", ["PER", "WORK_OF_ART", "B-PER", "a b", "Lö"])
def test_adjacent_entities_of_any_label_stay_apart_and_whole(label: str) -> None:
    given = [Entity(0, 3, label, 0.5), Entity(4, 10, label, None), Entity(10, 12, label, 1.0)]
    (doc,) = written([segmented("Rom Bad  O北京", *given)])
    assert [(e.text, e.label_) for e in doc.ents] == [("Rom", label), ("Bad  O", label), ("北京", label)]


def test_sentences_are_joined_where_one_begins_inside_an_entity() -> None:
    words = ["St.", "Gallen", ".", "Ja"]
    doc = Doc(Vocab(), words=words, ents=["B-LOC", "I-LOC", "O", "O"], sent_starts=[True, False, False, True])
    # spaCy refuses a sentence start inside an entity that is set, but not an entity around one.
    split = Doc(Vocab(), words=words, sent_starts=[True, True, False, True])
    split.set_ents([split.char_span(0, 10, label="LOC")])  # type: ignore[list-item]
    for one in (doc, split):
        (document,) = from_bytes(DocBin(docs=[one], attrs=docbin.ATTRIBUTES).to_bytes(), FORMATS["docbin"])
        assert word_texts(document) == [["St.", "Gallen", "."], ["Ja"]]


# User data.


def test_user_data_is_kept() -> None:
    meta = {"a": 1, "b": {"c": [1.5, None, True]}, "ü": "\x00", "big": 2**63}
    (doc,) = written([segmented("Rom", Entity(0, 3, "LOC", 0.25), id="ü:1", meta=meta)])
    assert doc.user_data["id"] == "ü:1"
    assert doc.user_data["meta"] == {**meta, "b": {"c": (1.5, None, True)}}
    assert list(doc.user_data["scores"]) == [0.25]


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("id", "meta"),
    [
        ("i", {"n": 2**64}),
        ("i", {"x": "\ud800"}),
        ("i", {"\ud800": 1}),
        ("\udcff", {}),
        ("i", {"meta": nested(190)}),
    ],
    ids=["integer of 65 bits", "surrogate", "surrogate in a name", "surrogate in the id", "nested deeply"],
)
def test_an_id_and_a_meta_that_msgpack_cannot_hold_are_kept(id: str, meta: dict[str, Any]) -> None:
    document = segmented("Rom", Entity(0, 3, "LOC", 0.5), id=id, meta=meta)
    (again,) = from_bytes(to_bytes([document], FORMATS["docbin"]), FORMATS["docbin"])
    assert again == replace(document, origin=Origin("in", 1))


def test_numbers_that_json_does_not_have_are_null_in_the_meta() -> None:
    document = segmented("Rom", meta={"x": [nan, 1.5]})
    with pytest.warns(AnnotatorWarning, match="^NaN and Infinity became null"):
        (doc,) = written([document])
    assert doc.user_data["meta"] == {"x": (None, 1.5)}
    theirs = Doc(Vocab(), words=["Rom"], user_data={"meta": {"x": inf}})
    with pytest.warns(AnnotatorWarning):
        (read,) = from_bytes(DocBin(docs=[theirs], store_user_data=True).to_bytes(), FORMATS["docbin"])
    assert read.meta == {"x": None}


@pytest.mark.parametrize(
    "user_data", [{"meta": nested(201)}, {"json": json.dumps({"id": "a", "meta": nested(201)})}, {"json": "[" * 9999}]
)
def test_a_doc_whose_meta_is_nested_too_deep_is_refused_and_those_after_it_are_read(user_data: dict[str, Any]) -> None:
    docs = [Doc(Vocab(), words=["Rom"], user_data=one) for one in ({"meta": nested(199)}, user_data, {})]
    raw = DocBin(docs=docs, store_user_data=True).to_bytes()
    good, bad, last = docbin.read(io.BytesIO(raw), "in", ReadOptions())
    assert isinstance(good, Document) and isinstance(last, Document) and last.origin.line == 3
    if "[" * 9999 in user_data.values():  # not what we wrote: another tool's own field
        assert isinstance(bad, Document) and bad.meta == {}
    else:
        assert str(bad) == "in:2: its meta is nested more than 200 levels deep: flatten it"
    again = from_bytes(to_bytes([good], FORMATS["jsonl"]), FORMATS["jsonl"])
    assert again[0].meta == good.meta


def test_an_id_that_is_none_is_none() -> None:
    doc = Doc(Vocab(), words=["Rom"], user_data={"id": None})
    (read,) = from_bytes(DocBin(docs=[doc], store_user_data=True).to_bytes(), FORMATS["docbin"])
    assert read.id == "in:1"


@pytest.mark.parametrize("scores", [[1.5], [-0.1], ["high"], [0.5, 0.5], "x", 3])
def test_scores_that_are_not_one_between_0_and_1_for_each_entity_are_ignored(scores: Any) -> None:
    doc = Doc(Vocab(), words=["Rom"], ents=["B-LOC"], user_data={"scores": scores})
    (document,) = from_bytes(DocBin(docs=[doc], store_user_data=True).to_bytes(), FORMATS["docbin"])
    assert document.entities == (Entity(0, 3, "LOC"),)


# Damaged files.


@pytest.mark.parametrize("raw", [b"", b"text\n", to_bytes([segmented("Rom")], FORMATS["docbin"])[:-5]])
def test_damaged_files_are_refused_and_the_garbage_collector_stays_on(raw: bytes) -> None:
    with pytest.raises(RecordError, match=r"^in:1: not a DocBin of spaCy, or a damaged one \(.*\): create the file"):
        list(docbin.read(io.BytesIO(raw), "in", ReadOptions()))
    assert gc.isenabled()


EMPTY_MAPS = b"\xdd" + (200_000).to_bytes(4, "big") + b"\x80" * 200_000  # of msgpack: a list of so many {}


@pytest.mark.parametrize(
    ("lengths", "user_data", "reason"),
    [
        ((1, 120_000, 1), (None, None, None), "a Doc of more than 100,000 tokens"),
        ((1, 5, 1), (None, None, None), "a Doc of more than 100 bytes"),
        ((1, 1, 1), (None, EMPTY_MAPS, None), "a Doc with user data of more than 100,000 values"),
    ],
)
def test_a_doc_that_is_too_large_is_refused_and_those_after_it_are_read(
    lengths: Sequence[int], user_data: Sequence[bytes | None], reason: str
) -> None:
    raw = docs_of(["x" * 40], lengths, user_data)
    first, bad, last = docbin.read(io.BytesIO(raw), "in", ReadOptions(max_record=100))
    assert isinstance(first, Document) and isinstance(last, Document) and last.origin == Origin("in", 3)
    assert first.text == last.text == "x" * 40
    assert str(bad) == f"in:2: {reason}: raise max_record if this is one record"


@pytest.mark.parametrize(
    "fields",
    [
        {"cats": [{}] * 2_000_000},  # one byte each, 72 in memory
        {"strings": [f"{number:x}" for number in range(400_000)]},
        {"lengths": bytes(4_000_000)},
        {"note": bytes(60_000_000)},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_docbin_that_takes_much_memory_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(
        RecordError, match=r"^in:1: reading this DocBin would take more than 80 MB of memory: raise max"
    ):
        list(docbin.read(io.BytesIO(bombs.docbin(**fields)), "in", ReadOptions(max_record=100)))
    for most in (100, 10**12):
        (document,) = docbin.read(io.BytesIO(bombs.docbin()), "in", ReadOptions(max_record=most))
        assert isinstance(document, Document) and document.text == "Rom "
