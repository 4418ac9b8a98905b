"""Records of other tools: entities and words are read, invalid ones are refused, and the rest is meta."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, Span

from annotator.document import Document, Entity, Sentence
from annotator.errors import RecordError
from annotator.formats import jsonl
from annotator.formats.base import ReadOptions
from support.documents import entity_texts, word_texts

TEXT = "👩 Rom ist alt. Bern auch."
ROM = Entity(2, 5, "LOC")
WITHOUT = "an entity without start and end as whole numbers, or without a label"


def read(**record: Any) -> Document | RecordError:
    raw = json.dumps(record).encode()
    (found,) = jsonl.read(io.BytesIO(b"\n" + raw), "in", ReadOptions())
    if isinstance(found, RecordError):
        assert found.raw == raw.decode()
    return found


def document(**record: Any) -> Document:
    found = read(**record)
    assert isinstance(found, Document), found
    return found


@pytest.mark.parametrize("name", ["ents", "spans", "entities", "labels", "label"])
@pytest.mark.parametrize(
    "annotation",
    [
        [2, 5, "LOC"],  # doccano
        {"start": 2, "end": 5, "label": "LOC"},  # ours, Prodigy, spaCy
        {"start": 2, "end": 5, "label": "LOC", "text": "Rom", "score": None, "token_start": 1, "token_end": 1},
        {"id": 7, "start_offset": 2, "end_offset": 5, "label": "LOC"},  # doccano with relations
        {"start": 2, "end": 5, "labels": ["LOC"], "text": "Rom"},  # Label Studio, short
    ],
)
def test_entities_are_read_from_each_field_in_each_shape(name: str, annotation: Any) -> None:
    found = document(text=TEXT, id="i", n=1, **{name: [annotation]})
    assert (found.id, found.entities, found.meta) == ("i", (ROM,), {"n": 1})


def test_entities_are_sorted_and_keep_their_scores() -> None:
    found = document(text=TEXT, ents=[[15, 19, "LOC", 1], [2, 5, "LOC", 0.25]])
    assert found.entities == (Entity(2, 5, "LOC", 0.25), Entity(15, 19, "LOC", 1.0))


@pytest.mark.parametrize(
    "value", ["LOC", 3, None, True, ["LOC", "PER"], [1, 2, 3], {"hashtags": []}, [{"name": "Rom"}]]
)
@pytest.mark.parametrize("name", ["ents", "spans", "entities", "labels", "label", "sents", "tokens", "data"])
def test_fields_with_only_the_name_of_annotations_stay_in_the_meta(name: str, value: Any) -> None:
    found = document(text=TEXT, **{name: value})
    assert (found.entities, found.sentences, found.meta) == ((), None, {name: value})


def test_the_first_field_with_entities_counts() -> None:
    found = document(text=TEXT, ents=[], label="x", entities=[[2, 5, "LOC"]], spans=[])
    assert found.entities == (ROM,) and found.meta == {"ents": [], "label": "x", "spans": []}


@pytest.mark.parametrize(
    ("ents", "message"),
    [
        ([["2", 5, "LOC"]], f'{WITHOUT}: ["2", 5, "LOC"]: add what is missing'),
        ([[2, 5.0, "LOC"]], WITHOUT),
        ([[True, 5, "LOC"]], WITHOUT),
        ([[2, 5, ""]], WITHOUT),
        ([{"start": 2, "end": 5}], WITHOUT),
        ([[2, 5, "LOC"], "x"], f'{WITHOUT}: "x"'),
        ([[20, 26, "LOC"]], "entity LOC [20, 26) is not within the text of 25 characters: correct its offsets"),
        ([[-3, 5, "LOC"]], "entity LOC [-3, 5) is not within the text of 25 characters: correct its offsets"),
        ([[5, 5, "LOC"]], "entity LOC [5, 5) is not within the text"),
        ([[2, 9, "LOC"], [6, 9, "X"]], "entities overlap: LOC [2, 9) and X [6, 9): keep one of them in 'ents'"),
        (
            [{"start": 3, "end": 6, "label": "LOC", "text": "Rom"}],
            'the text at [3, 6) is "om ", but its entity says "Rom": count characters, not bytes or UTF-16 units',
        ),
        ([[2, 5, "LOC", "high"]], 'the score of an entity is not a number but "high": correct or remove it'),
        ([[2, 5, "LOC", 1.5]], "the score of an entity is not between 0 and 1 but 1.5: scale or remove it"),
        ([[2, 5, "LOC", -1]], "the score of an entity is not between 0 and 1 but -1: scale or remove it"),
        ([[2, 5, "\ud800"]], "half of a surrogate pair (\\ud800) at character 0"),
    ],
)
def test_invalid_entities_are_refused_with_line_and_remedy(ents: Any, message: str) -> None:
    found = read(text=TEXT, ents=ents)
    assert isinstance(found, RecordError)
    assert str(found).startswith(f"in:2: {message}")


@pytest.mark.parametrize(
    "sents", [[[2, 5, 6]], [[5, 2]], [[2, 5], [4, 9]], [[2, 26]], [[-1, 2]], [[2**33, 2**34]], [[]], [[2, 5, 4, 9]]]
)
def test_invalid_words_are_refused(sents: Any) -> None:
    found = read(text=TEXT, sents=sents)
    assert isinstance(found, RecordError)
    assert str(found).startswith("in:2: its words are not in order (")
    assert str(found).endswith("): correct or remove 'sents' and 'tokens'")


def test_sentences_are_joined_where_one_begins_inside_an_entity() -> None:
    sents = [[0, 4, 4, 5], [6, 9], [10, 16, 16, 17], [18, 20, 20, 21]]
    record = {"text": "Auch: St. Gallen. Ja.", "sents": sents}
    assert len(word_texts(document(**record))) == 4
    joined = [["Auch", ":"], ["St.", "Gallen", "."], ["Ja", "."]]
    assert word_texts(document(**record, ents=[[6, 16, "LOC"]])) == joined


def test_sentences_of_spacys_tokens_are_joined_too() -> None:
    tokens = [{"id": n, "start": a, "end": b} for n, (a, b) in enumerate([(0, 3), (4, 10), (10, 11)])]
    record = {"text": "St. Gallen.", "ents": [{"start": 0, "end": 10, "label": "LOC"}], "tokens": tokens}
    found = document(**record, sents=[{"start": 0, "end": 3}, {"start": 4, "end": 11}])
    assert word_texts(found) == [["St.", "Gallen", "."]]


# Records as the tools document them.


def test_a_task_of_prodigy() -> None:
    """https://prodi.gy/docs/api-interfaces#ner_manual"""
    found = document(
        text="First look at the new MacBook Pro",
        meta={"source": "x"},
        spans=[{"start": 22, "end": 33, "label": "PRODUCT", "token_start": 5, "token_end": 6}],
        tokens=[
            {"text": word, "start": start, "end": start + len(word), "id": number}
            for number, (word, start) in enumerate(
                [("First", 0), ("look", 6), ("at", 11), ("the", 14), ("new", 18), ("MacBook", 22), ("Pro", 30)]
            )
        ],
        _input_hash=1,
        answer="accept",
    )
    assert found.entities == (Entity(22, 33, "PRODUCT"),)
    assert found.sentences == (Sentence.of([0, 5, 6, 10, 11, 13, 14, 17, 18, 21, 22, 29, 30, 33]),)
    assert found.meta == {"meta": {"source": "x"}, "_input_hash": 1, "answer": "accept"}


def test_an_export_of_label_studio() -> None:
    """https://labelstud.io/guide/export#Label-Studio-JSON-format-of-annotated-tasks"""
    region = {"id": "a", "from_name": "label", "to_name": "text", "type": "labels", "origin": "manual",
              "value": {"start": 2, "end": 5, "text": "Rom", "labels": ["LOC"]}}  # fmt: skip
    choice = {"id": "b", "from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": ["good"]}}
    found = document(
        id=9, created_at="2021", data={"text": TEXT, "my": 1}, predictions=[],
        annotations=[{"was_cancelled": True, "result": []}, {"id": 3, "result": [region, choice]}],
    )  # fmt: skip
    assert (found.id, found.text, found.entities) == ("9", TEXT, (ROM,))
    assert found.meta == {"created_at": "2021", "my": 1}


def test_a_prediction_of_label_studio() -> None:
    result = [{"type": "labels", "value": {"start": 2, "end": 5, "labels": ["LOC"]}, "score": 0.5}]
    found = document(data={"text": TEXT}, predictions=[{"model_version": "m", "score": 0.9, "result": result}])
    assert found.entities == (Entity(2, 5, "LOC", 0.5),) and found.meta == {}


def span(doc: Doc, start: int, end: int) -> Span:
    found = doc.char_span(start, end, label="LOC")
    assert found is not None
    return found


def test_a_doc_of_spacy() -> None:
    import spacy

    nlp = spacy.blank("xx")
    nlp.add_pipe("sentencizer")
    doc = nlp(TEXT)
    doc.set_ents([span(doc, 2, 5)])
    found = document(**doc.to_json())
    assert found.entities == (ROM,)
    assert word_texts(found) == [[token.text for token in sent] for sent in doc.sents]


def test_training_json_of_spacy() -> None:
    """https://spacy.io/api/data-formats#json-input"""
    import spacy
    from spacy.training import docs_to_json

    nlp = spacy.blank("xx")
    nlp.add_pipe("sentencizer")
    docs = [nlp("Rom  ist alt.\n Bern auch."), nlp("New  York")]
    docs[0].set_ents([span(docs[0], 15, 19)])
    docs[1].set_ents([span(docs[1], 0, 9)])
    found = document(**docs_to_json(docs, doc_id=3))
    assert (found.id, found.text, found.meta) == ("3", f"{docs[0].text}\n\n{docs[1].text}", {})
    assert entity_texts(found) == [("Bern", "LOC"), ("New  York", "LOC")]
    assert word_texts(found) == [
        [token.text for token in sent if not token.is_space] for doc in docs for sent in doc.sents
    ]
    by_orth = {"paragraphs": [{"sentences": [{"tokens": [{"orth": "Rom", "ner": "U-LOC"}, {"orth": "."}]}]}]}
    assert document(**by_orth).text == "Rom ." and document(**by_orth).entities == (Entity(0, 3, "LOC"),)


@pytest.mark.parametrize(
    "paragraphs",
    [[{}], [3], [{"sentences": [{"tokens": [{"orth": 3}]}]}],
     [{"raw": "a", "sentences": [{"tokens": [{"orth": "b"}]}]}],
     [{"sentences": [{"tokens": [{"orth": "a", "ner": 3}]}]}]],
)  # fmt: skip
def test_invalid_training_json_is_refused(paragraphs: Any) -> None:
    assert str(read(paragraphs=paragraphs)).startswith("in:2: not spaCy's training JSON (")


# Records that only resemble those of the tools.

NAMES = ["text", "id", "meta", "ents", "spans", "label", "labels", "sents", "tokens", "start", "end", "score",
         "data", "annotations", "predictions", "result", "value", "type", "paragraphs", "sentences", "raw", "orth",
         "ner"]  # fmt: skip
leaves = (
    st.none() | st.booleans() | st.integers(-1, 9) | st.floats() | st.sampled_from(["Rom a", "Rom", "LOC", "labels"])
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner), max_leaves=12
)


@pytest.mark.slow
@settings(max_examples=500, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(NAMES), values, max_size=5), st.sampled_from([{}, {"text": "Rom a"}]))
def test_any_fields_are_a_document_or_an_error(record: dict[str, Any], text: dict[str, Any]) -> None:
    found = read(**record | text)
    assert isinstance(found, Document) or len(str(found).splitlines()) == 1
