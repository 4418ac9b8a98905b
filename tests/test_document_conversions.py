"""Documents as dicts, spaCy Docs and HTML, and back."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from annotator import Annotator, Document, Entity, Sentence, Word
from annotator.display import marked_html
from annotator.document import Origin
from annotator.errors import RecordError
from annotator.formats import docbin, jsonl
from support.documents import segmented

# Documents as dicts.


def test_to_dict_is_the_record_of_json_lines() -> None:
    document = segmented("Rom 👩‍👩‍👧 Bern", Entity(0, 3, "LOC", 0.5), Entity(10, 14, "LOC"), meta={"a": [1]})
    assert document.to_dict() == {
        "id": "i",
        "text": "Rom 👩‍👩‍👧 Bern",
        "ents": [
            {"start": 0, "end": 3, "label": "LOC", "text": "Rom", "score": 0.5},
            {"start": 10, "end": 14, "label": "LOC", "text": "Bern", "score": None},
        ],
        "meta": {"a": [1]},
    }
    (line,) = jsonl.write([document])
    assert json.loads(line) == document.to_dict()
    assert Document.from_dict(json.loads(line), document.origin) == replace(document, sentences=None)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({}, "no field 'text'"),
        ({"text": 1, "id": 2}, r"field 'text' .* 1"),
        ({"text": "Rom", "ents": [{"start": 0, "end": 3}]}, "an entity .*label"),
        ({"text": "Rom", "ents": [{"start": "0", "end": 3, "label": "LOC"}]}, "an entity .*start"),
        ({"text": "Rom", "ents": [{"start": True, "end": 3, "label": "LOC"}]}, "an entity .*start"),
        ({"text": "Rom", "ents": [{"start": 0, "end": 3, "label": ""}]}, "an entity .*label"),
        ({"text": "Rom", "ents": [{"start": 0, "end": 3, "label": "LOC", "score": "hi"}]}, "score .*hi"),
        ({"text": "Rom", "ents": [{"start": 0, "end": 3, "label": "LOC", "score": 1.5}]}, "score .*1.5"),
        ({"text": "Rom", "ents": [{"start": 0, "end": 3, "label": "LOC", "score": float("nan")}]}, "score"),
        ({"text": "👩 Rom", "ents": [{"start": 3, "end": 6, "label": "LOC", "text": "Rom"}]}, "within the text"),
        ({"text": "Rom", "ents": [{"start": 0, "end": 4, "label": "LOC"}]}, "within the text"),
        (
            {"text": "Rom", "ents": [{"start": 0, "end": 2, "label": "A"}, {"start": 1, "end": 3, "label": "A"}]},
            "overlap",
        ),
        ({"text": "Rom", "ents": None}, "field 'ents' must be a list, not None"),
        ({"text": "Rom", "ents": {}}, "field 'ents' must be a list"),
        ({"text": "Rom", "meta": 3}, "field 'meta' must be an object, not 3"),
        ({"text": "Rom", "meta": None}, "field 'meta' must be an object, not None"),
        ({"text": "Rom", "sents": [[True, 3]]}, "offsets must be integers, not True"),
        ({"text": "Rom", "tokens": [{"start": True, "end": 3}]}, "offsets must be integers, not True"),
        ({"text": "Rom", "sents": [[0, 2**33]]}, "words are not in order"),
    ],
)
def test_a_record_that_is_not_a_document_is_refused_with_its_origin(record: dict[str, Any], message: str) -> None:
    with pytest.raises(RecordError, match=f"^in:7: .*{message}"):
        Document.from_dict(record, Origin("in", 7))


def test_a_text_alone_makes_a_record() -> None:
    assert Document.from_dict({"text": "Rom"}) == Document("record:1", "Rom", Origin("record", 1))


# Documents as spaCy Docs.


@st.composite
def annotated(draw: st.DrawFn) -> Document:
    """Any text in words of our segmenter, or in any words with white space within and between them."""
    letters = st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(" \n.a北"))
    document = segmented(draw(st.text(letters)))
    if draw(st.booleans()):
        text, words, starts = "", [], []
        for word in draw(st.lists(st.text(letters, min_size=1).filter(str.strip))):
            text += draw(st.sampled_from(["", " ", "  ", "\n", "\t \n"]))
            words.append(Word(len(text), len(text) + len(word)))
            starts.append(len(words) == 1 or draw(st.booleans()))
            text += word
        text += draw(st.sampled_from(["", " ", "\n\n"]))
        cuts = [*(i for i, start in enumerate(starts) if start), len(words)]
        sentences = tuple(Sentence(tuple(words[a:b])) for a, b in pairwise(cuts))
        document = Document("i", text, document.origin, sentences=sentences)
    found = []
    for sentence in document.sentences or ():
        if draw(st.booleans()):
            first = draw(st.integers(0, len(sentence.words) - 1))
            last = draw(st.integers(first, len(sentence.words) - 1))
            score = draw(st.none() | st.floats(0, 1))
            start, end = sentence.words[first].start, sentence.words[last].end
            found.append(Entity(start, end, draw(st.sampled_from(["PER", "B-ORG", "a b"])), score))
    return replace(document, entities=tuple(found), meta=draw(st.dictionaries(st.text(), st.integers(), max_size=2)))


@settings(max_examples=200, deadline=None)
@given(annotated())
def test_a_document_comes_back_from_spacy(document: Document) -> None:
    assert Document.from_spacy(document.to_spacy(Vocab()), document.origin) == document


def test_a_document_comes_back_from_docbin() -> None:
    document = segmented("  Rom\n\nund Bern. ", Entity(2, 5, "LOC", 0.5), id="x", meta={"a": 1})
    (doc,) = DocBin().from_bytes(b"".join(docbin.write([document]))).get_docs(Vocab())
    assert Document.from_spacy(doc, document.origin) == document


def test_a_document_without_sentences_is_segmented_for_spacy() -> None:
    document = Document("i", "Rom ist alt. Bern auch.", Origin("doc", 1), entities=(Entity(13, 17, "LOC", 0.5),))
    doc = document.to_spacy(spacy.blank("xx").vocab)
    assert [sentence.text for sentence in doc.sents] == ["Rom ist alt.", "Bern auch."]
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("Bern", "LOC")]


def test_a_doc_keeps_its_tokens_and_gets_sentences() -> None:
    nlp = spacy.blank("de")
    doc = nlp("Rom ist  alt. Bern auch\n\nund Genf")
    document = Document.from_spacy(doc, Origin("here", 3))
    assert (document.id, document.meta, document.entities) == ("here:3", {}, ())
    assert [[document.text[w.start : w.end] for w in s.words] for s in document.sentences or ()] == [
        ["Rom", "ist", "alt", "."], ["Bern", "auch"], ["und", "Genf"],
    ]  # fmt: skip
    assert not doc.has_annotation("SENT_START")  # it is left as it was


def test_scores_are_ignored_unless_each_entity_has_one() -> None:
    doc = Doc(Vocab(), words=["Rom", "und", "Bern"], ents=["B-LOC", "O", "B-LOC"], user_data={"scores": [0.5]})
    assert [e.score for e in Document.from_spacy(doc).entities] == [None, None]


def test_a_segmented_doc_keeps_its_sentences_when_annotated(tiny: Path) -> None:
    doc = Doc(Vocab(), words=["Rom", ".", "Bern"], sent_starts=[True, False, False])
    document = Annotator.load(tiny, device="cpu")(Document.from_spacy(doc))
    assert document.sentences == (Sentence((Word(0, 3), Word(4, 5), Word(6, 10))),)


# Notebooks.


def test_a_notebook_shows_the_text_with_its_entities_marked() -> None:
    document = segmented("<b>Rom</b> & \n Bern\x1b", Entity(3, 6, "<i>"), Entity(15, 19, "LOC", 0.5))
    markup = document._repr_html_()
    assert markup.startswith('<div class="annotator"') and markup.endswith("</div>")
    assert marked_html(document.text, document.entities) in markup
    assert "<i>" not in markup and "&lt;b&gt;" in markup and "&lt;i&gt;" in markup and r"\x1b" in markup
    assert segmented("")._repr_html_()


def test_showing_a_document_does_not_import_spacy() -> None:
    code = (
        "import sys; from annotator.document import Document, Origin; "
        "Document('i', 'Rom', Origin('s', 1))._repr_html_(); print('spacy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"False\n"


@pytest.mark.parametrize("record", [None, 5, "Rom", [], b"x"])
def test_what_is_no_dict_is_no_record(record: Any) -> None:
    with pytest.raises(TypeError, match=r"^a record must be a dict with a text, not "):
        Document.from_dict(record)


def test_odd_entities_and_origins_are_not_taken_for_other_fields() -> None:
    with pytest.raises(RecordError, match=r"^record:1: field 'ents' must hold entities, not 1$"):
        Document.from_dict({"text": "Rom", "ents": [1]})
    with pytest.raises(TypeError, match=r"^an origin must be an Origin, not 'in:1'$"):
        Document.from_dict({"text": "Rom"}, "in:1")  # type: ignore[arg-type]


def test_odd_values_in_a_record_are_named_in_one_line() -> None:
    deep: Any = []
    for _ in range(2_000):
        deep = [deep]
    for record in ({"text": deep}, {"text": "a", "meta": deep}, {1: 2}, {"text": "a", "ents": [[0, 1, "A", deep]]},
                   {"text": {(1,): 2}}, {"text": "\ud800"}, {"text": "a", "x": deep}):  # fmt: skip
        with pytest.raises(RecordError) as caught:
            Document.from_dict(record)  # type: ignore[arg-type]
        assert len(str(caught.value).splitlines()) == 1 and len(str(caught.value)) < 300
