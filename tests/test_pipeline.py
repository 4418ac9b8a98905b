"""The whole flow against an independent loop over the same checkpoint, one sentence at a time."""

from __future__ import annotations

import pickle
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch
from transformers import AutoTokenizer

from annotator import Annotator
from annotator.checkpoints.folder import load_tokenizer
from annotator.decode import Decoder, Keep
from annotator.document import Document, Origin
from annotator.edges import BREAK, HIDDEN, SEPARATOR, within_edges
from annotator.engines.base import Batch
from annotator.engines.batching import batches_by_length, make_batch
from annotator.engines.torch import TorchEngine
from annotator.errors import AnnotatorError, UsageError
from annotator.formats.parquet import entities_type
from annotator.pipeline import Recipe, entities_of
from annotator.prepare.chunk_sizes import ChunkSizes
from annotator.prepare.encode import Encoder
from annotator.prepare.preparer import Preparer, contents
from annotator.prepare.roles import see
from annotator.prepare.segment import Segmenter
from support.checkpoints import load_reference
from support.paths import SAMPLES

TEXTS = [line for path in sorted(SAMPLES.glob("*.txt")) for line in path.read_text(encoding="utf-8").splitlines()]


def documents(texts: list[str]) -> list[Document]:
    return [Document(str(i), text, Origin("test", i + 1)) for i, text in enumerate(texts)]


def plain_loop(folder: Path, document: Document) -> list[tuple[int, int, str, float]]:
    """Entities by transformers, a Viterbi over the tags' names and the rules of edges; no batches, no windows."""
    tokenizer, model = AutoTokenizer.from_pretrained(folder), load_reference(folder)
    names = [model.config.id2label[i] for i in range(model.config.num_labels)]
    found = []
    roles = iter(see(document.text, document.sentences or (), "skip")[1])
    for sentence in document.sentences or ():
        own = [next(roles) for _ in sentence.words]
        assert not any(role & (HIDDEN | BREAK) for role in own)
        words = [document.text[w.start : w.end] for w in sentence.words]
        encoded = tokenizer(words, is_split_into_words=True, return_tensors="pt")
        with torch.no_grad():
            probabilities = model(**encoded).logits[0].double().softmax(-1).numpy()
        owners = encoded.word_ids(0)
        rows = [
            probabilities[owners.index(i)] if i in owners and not own[i] & SEPARATOR else np.eye(len(names))[0]
            for i in range(len(words))
        ]
        best: dict[int, tuple[float, list[int]]] = {}
        for position, row in enumerate(rows):
            longer: dict[int, tuple[float, list[int]]] = {}
            for j, name in enumerate(names):
                before: list[tuple[float, list[int]]] = (
                    [(0.0, [])] if position == 0 and not name.startswith("I-") else []
                )
                before += [
                    (total, path)
                    for i, (total, path) in best.items()
                    if not name.startswith("I-") or names[i][1:] == name[1:]
                ]
                if before and row[j] > 0:
                    total, path = max(before, key=lambda b: b[0])
                    longer[j] = (total + float(np.log(row[j])), [*path, j])
            best = longer
        path = max(best.values(), key=lambda b: b[0])[1]
        start = None
        for i, j in enumerate([*path, 0]):
            if start is not None and not names[j].startswith("I-"):
                scores = [float(rows[k][path[k]]) for k in range(start, i)]
                goes_on = float(rows[i][names.index(f"I-{names[path[start]][2:]}")]) if i < len(rows) else 0.0
                label = names[path[start]][2:]
                first, end = within_edges(own[start:i], scores, label)
                word = sentence.words[start:i]
                if first < end:
                    found.append((word[first].start, word[end - 1].end, label, min(*scores[first:end], 1 - goes_on)))
                start = None
            if names[j].startswith("B-"):
                start = i
    return found


def assert_same(ours: Document, reference: list[tuple[int, int, str, float]]) -> None:
    assert [(e.start, e.end, e.label) for e in ours.entities] == [r[:3] for r in reference], ours.text
    assert [e.score for e in ours.entities] == pytest.approx([r[3] for r in reference], abs=2e-4)


def test_entities_are_those_of_the_plain_loop(tiny: Path) -> None:
    annotated = list(Annotator.load(str(tiny), device="cpu").pipe(documents(TEXTS)))
    assert sum(len(d.entities) for d in annotated) > 100  # random weights, but they do tag
    for document in annotated:
        assert_same(document, plain_loop(tiny, document))


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["onnx", "torch"])
def test_the_embedded_model_tags_as_the_plain_loop_does(engine: str) -> None:
    from annotator.checkpoints.folder import find_checkpoint

    exact = Annotator.load(engine=engine, device="cpu", precision="exact")
    exact.decoder = Decoder(exact.decoder.tag_set)  # without the calibration of the model
    annotated = list(exact.pipe(documents(TEXTS[::3])))
    for document in annotated:
        assert_same(document, plain_loop(find_checkpoint("panx-mini"), document))


def test_order_and_entities_do_not_depend_on_the_batches(tiny: Path) -> None:
    texts = [*TEXTS[:30], "", " ", TEXTS[0], *TEXTS[:3]]
    random.Random(0).shuffle(texts)
    results = []
    for slots in (1, 100, 10_000):
        annotator = Annotator.load(str(tiny), device="cpu", batch_tokens=slots)
        annotated = list(annotator.pipe(documents(texts)))
        assert [d.text for d in annotated] == texts
        results.append([[(e.start, e.end, e.label) for e in d.entities] for d in annotated])
    assert results[0] == results[1] == results[2]


def test_long_sentences_are_tagged_to_their_end(narrow: Path) -> None:
    text = "Angela Merkel besuchte Paris und " * 200 + "Rom"
    document = Annotator.load(str(narrow), device="cpu")(text)
    assert document.sentences is not None
    assert len(document.sentences) == 1 and len(document.sentences[0].words) == 1001
    # Far from the ends all windows look the same, so the tags repeat.
    tail = [e for e in document.entities if e.start > len(text) * 3 // 4]
    assert len(tail) > 20


def test_a_column_has_the_entities_of_each_text_and_fits_its_type(ner: Annotator) -> None:
    texts = ["Angela Merkel besuchte Paris.", None, ""]
    found = entities_of(ner, texts)
    assert found == [ner("Angela Merkel besuchte Paris.").to_dict()["ents"], None, []] and len(found[0] or ()) == 2
    assert pa.array(found, entities_type()).to_pylist() == found


def test_chunks_do_not_show(tiny: Path) -> None:
    annotator = Annotator.load(str(tiny), device="cpu")
    whole = list(annotator.pipe(documents(TEXTS)))
    small = replace(annotator, chunk_sizes=ChunkSizes(full=70))
    for ours, theirs in zip(small.pipe(documents(TEXTS)), whole, strict=True):
        assert [(e.start, e.end, e.label) for e in ours.entities] == [
            (e.start, e.end, e.label) for e in theirs.entities
        ]


def test_equal_windows_are_computed_once(tiny: Path) -> None:
    class Counting(TorchEngine):
        rows = 0

        def scores(self, batch: Batch) -> np.ndarray:
            self.rows += len(batch.ids)
            return super().scores(batch)

    annotator = Annotator.load(str(tiny), device="cpu")
    engine = Counting(tiny, "cpu")
    annotated = list(replace(annotator, engine=engine).pipe(documents([TEXTS[0]] * 50)))
    assert engine.rows == len(annotated[0].sentences or ())
    assert len({d.entities for d in annotated}) == 1


def test_the_next_chunk_is_computed_while_one_is_decoded(tiny: Path) -> None:
    chunks = [documents([text]) for text in TEXTS[:3]]
    asked: list[int] = []

    def given() -> Iterator[list[Document]]:
        for number, chunk in enumerate(chunks):
            asked.append(number)
            yield chunk

    annotated = Annotator.load(str(tiny), device="cpu").pipe_chunks(given())
    (first,) = next(annotated)
    assert asked == [0, 1] and first.text == TEXTS[0]
    assert [document.text for chunk in annotated for document in chunk] == TEXTS[1:3]


def test_an_error_of_the_input_comes_after_all_before_it(tiny: Path) -> None:
    def given() -> Iterator[list[Document]]:
        yield from (documents([text]) for text in TEXTS[:3])
        raise AnnotatorError("cannot be read")

    annotated = []
    with pytest.raises(AnnotatorError, match="cannot be read"):
        for chunk in Annotator.load(str(tiny), device="cpu").pipe_chunks(given()):
            annotated += chunk
    assert [document.text for document in annotated] == TEXTS[:3]


def test_batches_keep_the_budget_with_little_padding(tiny: Path) -> None:
    annotator = Annotator.load(str(tiny), device="cpu")
    sentences = [s.split() for s in TEXTS * 20]
    windows = annotator.encoder.windows(sentences)
    batches = [make_batch(windows, numbers) for numbers in batches_by_length(windows.lengths, 1024)]
    assert sum(len(b.ids) for b in batches) == len(windows)
    assert all(b.ids.size <= 1024 for b in batches)
    padding = 1 - sum(int(b.lengths.sum()) for b in batches) / sum(b.ids.size for b in batches)
    assert padding < 0.02
    assert batches[0].ids.shape[1] == max(len(w.ids) for w in windows)


def test_labels_and_scores_filter(tiny: Path) -> None:
    every = [e for d in Annotator.load(str(tiny), device="cpu").pipe(documents(TEXTS)) for e in d.entities]
    strict = Annotator.load(str(tiny), device="cpu", labels=["PER"], min_score=0.6)
    kept = [e for d in strict.pipe(documents(TEXTS)) for e in d.entities]
    assert kept == [e for e in every if e.label == "PER" and (e.score or 0) >= 0.6]
    assert 0 < len(kept) < len(every)


def test_an_unknown_label_names_those_there_are(tiny: Path) -> None:
    with pytest.raises(UsageError, match="no label 'GPE': It has PER, ORG, LOC"):
        Annotator.load(str(tiny), device="cpu", labels=["GPE"])


def test_what_a_worker_hands_over_is_what_it_made(tiny: Path) -> None:
    prepare = Preparer(Segmenter(), Encoder(load_tokenizer(tiny), 64))
    made = prepare(contents(documents(["", *TEXTS, "Ein Satz. Noch einer.", ""])))
    got = pickle.loads(pickle.dumps(made))
    assert list(got.sentences) == list(made.sentences) and any(len(sentences) > 1 for sentences in got.sentences)
    for one, other in zip(got.windows, made.windows, strict=True):
        assert one.sentence == other.sentence
        for part in ("ids", "heads", "words"):
            assert getattr(one, part).tolist() == getattr(other, part).tolist()


def test_a_long_document_in_parts_is_the_same(tiny: Path) -> None:
    annotator = Annotator.load(tiny, device="cpu")
    text = "\n\n".join(TEXTS) + " Und so weiter ohne Ende" * 200
    whole = annotator(text)
    small = replace(annotator, chunk_sizes=ChunkSizes(full=500, long=2_000))
    short, long, last = small.pipe(["Rom", text, "Bern"])
    assert (short.text, last.text) == ("Rom", "Bern")
    assert long.text == text and long.sentences is not None and whole.sentences is not None
    # Only the sentence without end is cut.
    common = len(whole.sentences) - 1
    assert long.sentences[:common] == whole.sentences[:common] and common > 50
    ends = long.sentences[common - 1].offsets[-1]
    assert [(e.start, e.end, e.label) for e in long.entities if e.end <= ends] == [
        (e.start, e.end, e.label) for e in whole.entities if e.end <= ends
    ]
    words = [span for sentence in long.sentences for span in sentence.word_offsets()]
    assert words == [span for sentence in whole.sentences for span in sentence.word_offsets()]
    given = annotator(replace(whole, entities=()))
    assert given.sentences == whole.sentences


def found(annotator: Annotator, text: str) -> list[tuple[str, str]]:
    return [(text[e.start : e.end], e.label) for e in annotator(text).entities]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<b>Thomas Mann</b> lebte in <i>Lübeck</i>.", [("Thomas Mann", "PER"), ("Lübeck", "LOC")]),
        ("<p><i>Charles Babbage</i>.</p>", [("Charles Babbage", "PER")]),
        ("<b>Анна Каренина</b> живёт в <i>Москве</i>.", [("Анна Каренина", "PER"), ("Москве", "LOC")]),
        ("Thomas <b>Mann</b> lebte in M&uuml;nchen.", [("Thomas <b>Mann", "PER"), ("M&uuml;nchen", "LOC")]),
        ("<td>Nantes</td><td>Rennes</td>", [("Nantes", "LOC"), ("Rennes", "LOC")]),
        ("Borussia Dortmund;45;2;RB Leipzig;43", [("Borussia Dortmund", "ORG"), ("RB Leipzig", "ORG")]),
        ("• Berlin • Hamburg • Paris", [("Berlin", "LOC"), ("Hamburg", "LOC"), ("Paris", "LOC")]),
        ("2. Jonas Vingegaard", [("Jonas Vingegaard", "PER")]),
        ("1. Anna Schmidt\n2. Jonas Vingegaard", [("Anna Schmidt", "PER"), ("Jonas Vingegaard", "PER")]),
        ("1. FC Heidenheim spielte in Köln.", [("1. FC Heidenheim", "ORG"), ("Köln", "LOC")]),
        ("1.", []),
    ],
)
def test_markup_and_punctuation_are_no_part_of_names(
    ner: Annotator, text: str, expected: list[tuple[str, str]]
) -> None:
    assert found(ner, text) == expected


def test_no_tag_changes_what_the_model_sees(ner: Annotator) -> None:
    plain, tagged = ner("Angela Merkel besuchte Paris."), ner("<b>Angela</b> Merkel besuchte<!-- so --> Paris.")
    assert [e.score for e in plain.entities] == [e.score for e in tagged.entities]
    kept = replace(ner, markup="keep")("<b>Angela</b> Merkel besuchte<!-- so --> Paris.")
    assert [e.score for e in kept.entities] != [e.score for e in tagged.entities]


def test_markup_belongs_to_the_recipe(tiny: Path) -> None:
    loaded = Annotator.load(str(tiny), device="cpu", markup="keep")
    assert loaded.markup == "keep" and pickle.loads(pickle.dumps(loaded)).markup == "keep"
    with pytest.raises(UsageError, match="unknown way to treat markup: 'drop'"):
        Annotator.load(str(tiny), device="cpu", markup="drop")


@pytest.mark.slow
def test_workers_treat_markup_alike(ner: Annotator) -> None:
    texts = ["<b>Angela Merkel</b> besuchte Paris|Rom.", "1. Anna\n2. M&uuml;nchen"] * 3
    for one in (ner, replace(ner, markup="keep")):
        assert list(one.pipe(texts, workers=1)) == list(one.pipe(texts))


@pytest.mark.parametrize("text", [None, b"x", ["a"], 3])
def test_what_is_no_text_is_a_type_error(text: Any, null: Annotator) -> None:
    with pytest.raises(TypeError, match=r"^a text must be a string or a Document, not "):
        null(text)
    with pytest.raises(TypeError, match=r"^a text must be a string or a Document, not "):
        list(null.pipe(["Rom", text]))


def test_half_of_a_surrogate_pair_in_a_text_is_a_value_error(null: Annotator) -> None:
    with pytest.raises(
        ValueError, match=r"^a document's text has half of a surrogate pair \(\\ud800\) at character 4$"
    ):
        null("Rom \ud800")


@pytest.mark.parametrize(
    "texts", ["Angela", b"Angela", Document("i", "Rom", Origin("in", 1)), {"text": "Angela"}, None, 3]
)
def test_one_text_is_not_many(texts: Any, null: Annotator) -> None:
    with pytest.raises(TypeError, match=r"^pipe takes many texts, as a list for example, not one \w+$"):
        null.pipe(texts)


@pytest.mark.parametrize("workers", [-1, "2", 1.5, True])
def test_an_odd_number_of_workers_is_refused_at_once(workers: Any, null: Annotator) -> None:
    with pytest.raises(UsageError, match=r"^workers must be a whole number from 0 on, or None, not "):
        null.pipe(["Rom"], workers=workers)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"labels": "PER"}, TypeError, r"labels must be a list of labels, such as \['PER'\], not one string"),
        ({"min_score": 2}, UsageError, "min_score must be a number from 0 to 1, not 2"),
        ({"min_score": "x"}, UsageError, "min_score must be a number from 0 to 1, not 'x'"),
        ({"min_score": float("nan")}, UsageError, "min_score must be a number from 0 to 1, not nan"),
        ({"batch_tokens": 0}, UsageError, "batch_tokens must be a whole number from 1 on, not 0"),
        ({"batch_tokens": 1.5}, UsageError, "batch_tokens must be a whole number from 1 on, not 1.5"),
    ],
)
def test_odd_arguments_of_a_recipe_are_refused(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^{message}$"):
        Annotator.load(**arguments)
    assert Recipe(min_score=np.float32(0.5), batch_tokens=np.int64(9)).batch_tokens == 9  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def null(tiny: Path) -> Annotator:
    """An annotator that tags nothing."""
    return Annotator.load(tiny, engine="null")


@pytest.mark.parametrize("sizes", [ChunkSizes(), ChunkSizes(full=100, first=100, long=200)])
def test_words_have_the_tags_that_make_the_entities(ner: Annotator, sizes: ChunkSizes) -> None:
    text = "\n".join(TEXTS[:12])
    document = ner(text)
    words = replace(ner, chunk_sizes=sizes, keep=Keep(frozenset(), 1.0)).words(text)  # what is kept does not matter
    assert [(word.start, word.end) for word in words] == [
        offsets for sentence in document.sentences or () for offsets in sentence.word_offsets()
    ]
    tags = {word.start: word for word in words}
    for entity in document.entities:
        first = tags[entity.start]
        assert first.tag == f"B-{entity.label}" and first.probability is not None and first.other != first.tag
    assert document.entities and {word.tag[:1] for word in words} == {"O", "B", "I"}
