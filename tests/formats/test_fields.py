"""Records of other tools: their entities and words are read, what is wrong in them is told, the rest is meta."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.document import Document, Entity, Origin, Sentence
from annotator.errors import RecordError
from annotator.formats import FORMATS, jsonl
from annotator.formats.base import ReadOptions
from support.documents import from_bytes, to_bytes

TEXT = "👩 Rom ist alt. Bern auch."
ROM = Entity(2, 5, "LOC")


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


def test_entities_are_put_in_order_and_keep_their_scores() -> None:
    found = document(text=TEXT, ents=[[15, 19, "LOC", 1], [2, 5, "LOC", 0.25]])
    assert found.entities == (Entity(2, 5, "LOC", 0.25), Entity(15, 19, "LOC", 1.0))


@pytest.mark.parametrize(
    "value", ["LOC", 3, None, True, ["LOC", "PER"], [1, 2, 3], {"hashtags": []}, [{"name": "Rom"}]]
)
@pytest.mark.parametrize("name", ["ents", "spans", "entities", "labels", "label", "sents", "tokens", "data"])
def test_what_only_has_the_name_of_annotations_stays(name: str, value: Any) -> None:
    found = document(text=TEXT, **{name: value})
    assert (found.entities, found.sentences, found.meta) == ((), None, {name: value})


def test_the_first_field_with_entities_counts() -> None:
    found = document(text=TEXT, ents=[], label="x", entities=[[2, 5, "LOC"]], spans=[])
    assert found.entities == (ROM,) and found.meta == {"ents": [], "label": "x", "spans": []}


@pytest.mark.parametrize(
    ("ents", "message"),
    [
        ([["2", 5, "LOC"]], 'an entity needs start and end, whole numbers, and a label: ["2", 5, "LOC"]'),
        ([[2, 5.0, "LOC"]], "an entity needs start and end, whole numbers, and a label"),
        ([[True, 5, "LOC"]], "an entity needs start and end, whole numbers, and a label"),
        ([[2, 5, ""]], "an entity needs start and end, whole numbers, and a label"),
        ([{"start": 2, "end": 5}], "an entity needs start and end, whole numbers, and a label"),
        ([[2, 5, "LOC"], "x"], 'an entity needs start and end, whole numbers, and a label: "x"'),
        ([[20, 26, "LOC"]], "entity LOC [20, 26) is not within the text of 25 characters; mend its offsets"),
        ([[-3, 5, "LOC"]], "entity LOC [-3, 5) is not within the text of 25 characters; mend its offsets"),
        ([[5, 5, "LOC"]], "entity LOC [5, 5) is not within the text"),
        ([[2, 9, "LOC"], [6, 9, "X"]], "entities overlap: LOC [2, 9) and X [6, 9); keep one of them in 'ents'"),
        (
            [{"start": 3, "end": 6, "label": "LOC", "text": "Rom"}],
            'entity "Rom" is not at [3, 6): there is "om "; count characters, not bytes or UTF-16 units',
        ),
        ([[2, 5, "LOC", "high"]], 'the score of an entity is no number but "high"'),
        ([[2, 5, "\ud800"]], "half of a surrogate pair (\\ud800) at character 0"),
    ],
)
def test_wrong_entities_are_told_with_line_and_remedy(ents: Any, message: str) -> None:
    found = read(text=TEXT, ents=ents)
    assert isinstance(found, RecordError)
    assert str(found).startswith(f"in:2: {message}")


@pytest.mark.parametrize(
    "sents", [[[2, 5, 6]], [[5, 2]], [[2, 5], [4, 9]], [[2, 26]], [[-1, 2]], [[2**33, 2**34]], [[]], [[2, 5, 4, 9]]]
)
def test_wrong_words_are_told(sents: Any) -> None:
    found = read(text=TEXT, sents=sents)
    assert isinstance(found, RecordError)
    assert str(found).startswith("in:2: its words are not in order: ")
    assert str(found).endswith("; mend or remove 'sents' and 'tokens'")


def test_deep_records_are_refused_before_they_cannot_be_written() -> None:
    value: Any = 1
    for _ in range(300):
        value = [value]
    assert str(read(text=TEXT, x=value)) == "in:2: JSON that is nested more than 200 deep; flatten it"
    assert document(text=TEXT, x=[[]] * 300).meta == {"x": [[]] * 300}


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


def test_a_doc_of_spacy() -> None:
    import spacy

    nlp = spacy.blank("xx")
    nlp.add_pipe("sentencizer")
    doc = nlp(TEXT)
    doc.set_ents([doc.char_span(2, 5, label="LOC")])
    found = document(**doc.to_json())
    assert found.entities == (ROM,)
    assert [[TEXT[a:b] for a, b in s.word_offsets()] for s in found.sentences or ()] == [
        [token.text for token in sent] for sent in doc.sents
    ]


def test_training_json_of_spacy() -> None:
    """https://spacy.io/api/data-formats#json-input"""
    import spacy
    from spacy.training import docs_to_json

    nlp = spacy.blank("xx")
    nlp.add_pipe("sentencizer")
    docs = [nlp("Rom  ist alt.\n Bern auch."), nlp("New  York")]
    docs[0].set_ents([docs[0].char_span(15, 19, label="LOC")])
    docs[1].set_ents([docs[1].char_span(0, 9, label="LOC")])
    found = document(**docs_to_json(docs, doc_id=3))
    assert (found.id, found.text, found.meta) == ("3", f"{docs[0].text}\n\n{docs[1].text}", {})
    assert [found.text[e.start : e.end] for e in found.entities] == ["Bern", "New  York"]
    assert [[found.text[a:b] for a, b in sentence.word_offsets()] for sentence in found.sentences or ()] == [
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
def test_what_is_no_training_json_is_told(paragraphs: Any) -> None:
    assert str(read(paragraphs=paragraphs)).startswith("in:2: no training JSON of spaCy (")


# Records that are nearly such.

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
def test_whatever_is_in_the_fields_is_a_document_or_an_error(record: dict[str, Any], text: dict[str, Any]) -> None:
    found = read(**record | text)
    assert isinstance(found, Document) or len(str(found).splitlines()) == 1


# Records as we write them for the tools.

MADE = Document(
    "i", TEXT, Origin("in", 1), {"n": 1},
    (Sentence.of([0, 1, 2, 5, 6, 9, 10, 13, 13, 14]), Sentence.of([15, 19, 20, 24, 24, 25])),
    (Entity(2, 5, "LOC", 0.5), Entity(15, 19, "LOC")),
)  # fmt: skip


def written(style: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(to_bytes([MADE], FORMATS["jsonl"], style=style))
    return record


def test_prodigys_spans_lie_on_its_tokens() -> None:
    record = written("prodigy")
    assert [token["text"] for token in record["tokens"]] == ["👩", "Rom", "ist", "alt", ".", "Bern", "auch", "."]
    for span, name in zip(record["spans"], ["Rom", "Bern"], strict=True):
        first, last = (record["tokens"][span[end]] for end in ("token_start", "token_end"))
        assert TEXT[first["start"] : last["end"]] == name == TEXT[span["start"] : span["end"]]
    assert "".join(token["text"] + " " * token["ws"] for token in record["tokens"]) == TEXT


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


def test_spacy_takes_its_records() -> None:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

    record = written("spacy")
    doc = Doc(Vocab()).from_json(record, validate=True)
    assert doc.text == TEXT
    assert [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents] == [(2, 5, "LOC"), (15, 19, "LOC")]
    assert [sent.text for sent in doc.sents] == ["👩 Rom ist alt.", "Bern auch."]


@pytest.mark.parametrize("style", FORMATS["jsonl"].styles)
def test_styles_are_read_as_the_document(style: str) -> None:
    (back,) = from_bytes(to_bytes([MADE], FORMATS["jsonl"], style=style), FORMATS["jsonl"])
    assert (back.id, back.text, back.meta) == (MADE.id, MADE.text, MADE.meta)
    assert [(e.start, e.end, e.label) for e in back.entities] == [(2, 5, "LOC"), (15, 19, "LOC")]


def test_what_an_entity_needs_for_tokens_is_left_out_where_it_has_none() -> None:
    uneven = Document("i", "Romans", Origin("in", 1), {}, (Sentence.of([0, 6]),), (Entity(0, 3, "LOC"),))
    (record,) = [json.loads(line) for line in to_bytes([uneven], FORMATS["jsonl"], style="prodigy").splitlines()]
    assert record["spans"] == [{"start": 0, "end": 3, "label": "LOC"}]
