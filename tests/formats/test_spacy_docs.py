"""Documents <-> spaCy Docs. `tests/test_document.py` has the round trip through the public API."""

from __future__ import annotations

from typing import Any

import pytest
import srsly
from hypothesis import given, settings
from spacy.tokens import Doc
from spacy.vocab import Vocab

from annotator.document import Document, Entity, Origin, Sentence
from annotator.formats.spacy_docs import from_doc, packable, scores, sentences, to_doc
from support.documents import documents, segmented, segmented_documents, word_texts

AT = Origin("in", 1)


@settings(max_examples=200, deadline=None)
@given(segmented_documents() | documents(spaced=True))
def test_a_doc_has_the_text_words_and_entities_of_its_document(document: Document) -> None:
    doc = to_doc(document, Vocab())
    assert doc.text == document.text
    words = [word for sentence in word_texts(document) for word in sentence if not word.isspace()]
    assert [token.text for token in doc if not token.text.isspace()] == words
    found = [(e.start_char, e.end_char, e.label_) for e in doc.ents]
    assert found == [(e.start, e.end, e.label) for e in document.entities]
    assert [token.is_sent_start for token in doc].count(True) <= max(1, len(document.sentences or ()))


def test_white_space_within_an_entity_belongs_to_it() -> None:
    doc = to_doc(segmented("In New  York", Entity(3, 12, "LOC")), Vocab())
    assert [(token.text, token.ent_iob_) for token in doc] == [
        ("In", "O"), ("New", "B"), (" ", "I"), ("York", "I"),
    ]  # fmt: skip


def test_a_document_without_sentences_is_segmented() -> None:
    doc = to_doc(Document("i", "Rom ist alt. Bern auch.", AT), Vocab())
    assert [sent.text for sent in doc.sents] == ["Rom ist alt.", "Bern auch."]


def test_user_data_that_msgpack_can_hold_is_kept_as_it_is() -> None:
    data: dict[str, Any] = {"id": "i", "meta": {"n": 1}, "scores": [None]}
    assert packable(data) == data
    packed = packable({**data, "meta": {"n": 2**64}})
    assert packed == {"json": '{"id": "i", "meta": {"n": 18446744073709551616}}', "scores": [None]}
    assert srsly.msgpack_loads(srsly.msgpack_dumps(packed))


def test_id_and_meta_come_from_user_data_as_json_too() -> None:
    doc = Doc(Vocab(), words=["Rom"], user_data={"json": '{"id": "x", "meta": {"n": [1]}}'})
    assert (from_doc(doc, AT).id, from_doc(doc, AT).meta) == ("x", {"n": [1]})
    assert from_doc(Doc(Vocab(), words=["Rom"]), AT).id == "in:1"


def test_sentences_of_a_doc_without_starts_end_at_stops_and_blank_lines() -> None:
    words = ["Rom", ".", "Bern", "\n\n", "Genf"]
    doc = Doc(Vocab(), words=words, spaces=[False, True, False, False, False])
    assert list(sentences(doc)) == [Sentence.of([0, 3, 3, 4]), Sentence.of([5, 9]), Sentence.of([11, 15])]
    assert not doc.has_annotation("SENT_START")


@pytest.mark.parametrize(
    ("given_scores", "expected"),
    [
        ([0.5, None], [0.5, None]),
        ((1.0, 0.0), [1.0, 0.0]),
        ([0.5], [None, None]),
        ([0.5, 1.5], [None, None]),
        (["0.5", 0.5], [None, None]),
        (7, [None, None]),
    ],
)
def test_scores_count_only_if_each_entity_has_one_between_0_and_1(given_scores: Any, expected: list[Any]) -> None:
    doc = Doc(Vocab(), words=["Rom", "Bern"], ents=["B-LOC", "B-LOC"], user_data={"scores": given_scores})
    assert list(scores(doc)) == expected
    assert [entity.score for entity in from_doc(doc, AT).entities] == expected


@pytest.mark.parametrize("offsets", [[[0, 3], [8, 11]], [[3, 4, 8, 11]], [[0, 3, 3, 4], [4, 7, 7, 8]]])
def test_words_that_are_not_all_of_the_text_stay_the_words(offsets: list[list[int]]) -> None:
    made = tuple(map(Sentence.of, offsets))
    start, end = offsets[0][-2:]
    document = Document("i", "Rom ist alt", AT, {"n": 2**70}, made, (Entity(start, end, "LOC"),))
    doc = to_doc(document, Vocab())
    doc.user_data = packable(doc.user_data)
    read = from_doc(doc, AT)
    assert (read.text, read.sentences, read.meta, read.entities) == (
        document.text,
        made,
        document.meta,
        document.entities,
    )


@pytest.mark.parametrize("words", ["ab", [1.5], 3, [True], None])
def test_words_of_other_tools_are_ignored(words: Any) -> None:
    doc = Doc(Vocab(), words=["Rom", "ist"], user_data={"words": words})
    assert word_texts(from_doc(doc, AT)) == [["Rom", "ist"]]
