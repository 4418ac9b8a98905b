"""The spaCy component: entities on spaCy's own tokens, batches, processes, and pipelines on disk."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from statistics import median

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span

from annotator import Annotator, Document
from annotator.errors import UsageError
from annotator.spacy_component import EntityMarker
from support.paths import SAMPLES

TEXTS = [line for lang in ("de", "fr", "zh") for line in (SAMPLES / f"{lang}.txt").read_text("utf-8").splitlines()][:40]
HARD = ["", " ", "\n\n", "  Angela  Merkel \n\n in\tParis ", "北京 是 首都。", "a" * 3000, "👩‍👩‍👧 e\u0301"]


def pipeline(folder: Path, lang: str = "de", **config: object) -> Language:
    nlp = spacy.blank(lang)
    nlp.add_pipe("annotator", config={"model": str(folder), "device": "cpu", **config})
    return nlp


def found(doc: Doc) -> list[tuple[int, int, str]]:
    return [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents]


@pytest.fixture(scope="module")
def nlp(tiny: Path) -> Language:
    return pipeline(tiny)


@pytest.fixture(scope="module")
def plain(nlp: Language) -> Annotator:
    marker = nlp.get_pipe("annotator")
    assert isinstance(marker, EntityMarker)
    return marker.annotator


@pytest.fixture(scope="module")
def marked(nlp: Language) -> Doc:
    """A Doc with two entities and a token in none (the random weights differ from run to run)."""
    return next(doc for doc in nlp.pipe(TEXTS) if len(doc.ents) > 1 and not all(token.ent_type_ for token in doc))


def test_spacy_finds_the_component_by_its_entry_point() -> None:
    (point,) = entry_points(group="spacy_factories", name="annotator")
    assert point.value == "annotator.spacy_component:make_component"


@pytest.mark.parametrize("text", [*TEXTS[:8], *HARD])
def test_entities_are_the_annotators_on_spacys_tokens(nlp: Language, plain: Annotator, text: str) -> None:
    doc = nlp(text)
    assert [token.text for token in doc] == [token.text for token in nlp.make_doc(text)]
    document = plain(Document.from_spacy(nlp.make_doc(text)))
    assert found(doc) == [(e.start, e.end, e.label) for e in document.entities]
    assert doc.user_data["scores"] == [e.score for e in document.entities]
    assert Document.from_spacy(doc).entities == document.entities


def test_a_stream_gives_what_single_texts_give(nlp: Language) -> None:
    docs = list(nlp.pipe([*TEXTS, *HARD], batch_size=7))
    assert [doc.text for doc in docs] == [*TEXTS, *HARD]
    assert [found(doc) for doc in docs] == [found(nlp(text)) for text in [*TEXTS, *HARD]]
    assert sum(len(doc.ents) for doc in docs) > 10


def test_a_stream_is_taken_a_batch_at_a_time(nlp: Language, plain: Annotator) -> None:
    taken = []

    def docs() -> Iterator[Doc]:
        for doc in map(nlp.make_doc, TEXTS):
            taken.append(doc)
            yield doc

    marked = EntityMarker(plain).pipe(docs(), batch_size=5)
    assert next(marked) is taken[0]
    assert len(taken) == 5


def test_sentences_that_are_set_are_those_of_the_model(nlp: Language, plain: Annotator) -> None:
    doc = nlp.make_doc(TEXTS[0])
    for token in doc:
        token.is_sent_start = token.i in (0, 3)
    expected = plain(Document.from_spacy(doc))
    assert len(expected.sentences or ()) == 2
    EntityMarker(plain)(doc)
    assert found(doc) == [(e.start, e.end, e.label) for e in expected.entities]
    assert not nlp(TEXTS[0]).has_annotation("SENT_START")  # sentences that were not there are not set


def test_labels_and_scores_filter(nlp: Language, tiny: Path) -> None:
    every = [(e, s) for doc in nlp.pipe(TEXTS) for e, s in zip(found(doc), doc.user_data["scores"], strict=True)]
    ((label, _),) = Counter(e[2] for e, _ in every).most_common(1)
    middle = median(score for e, score in every if e[2] == label)
    strict = pipeline(tiny, labels=[label], min_score=middle)
    assert strict.pipe_labels["annotator"] == [label]
    kept = [e for doc in strict.pipe(TEXTS) for e in found(doc)]
    assert kept == [e for e, score in every if e[2] == label and score >= middle]
    assert 0 < len(kept) < len(every)


def test_what_is_there_gives_way_or_stays(nlp: Language, plain: Annotator, marked: Doc) -> None:
    first = marked.ents[0]
    outside = next(token for token in marked if not token.ent_type_)
    by_hand = sorted([(first.start, first.start + 1), (outside.i, outside.i + 1)])

    def again(overwrite: bool) -> Doc:
        doc = nlp.make_doc(marked.text)
        doc.ents = [Span(doc, start, end, "OWN", kb_id="Q1") for start, end in by_hand]
        return EntityMarker(plain, overwrite)(doc)

    assert found(again(True)) == found(marked)
    kept = again(False)
    own = [(span.start_char, span.end_char, "OWN") for span in (marked[start:end] for start, end in by_hand)]
    assert found(kept) == sorted([*own, *found(marked)[1:]])
    by_label = [ent.label_ == "OWN" for ent in kept.ents]
    assert [score is None for score in kept.user_data["scores"]] == by_label
    assert [ent.kb_id_ == "Q1" for ent in kept.ents] == by_label


def test_mistakes_in_the_config_are_said_at_once(tiny: Path) -> None:
    with pytest.raises(UsageError, match="no label 'GPE': It has PER, ORG, LOC"):
        pipeline(tiny, labels=["GPE"])
    with pytest.raises(UsageError, match="unknown model 'nix'"):
        pipeline(Path("nix"))
    with pytest.raises(ValueError, match="min_score"):
        pipeline(tiny, min_score="high")
    with pytest.raises(ValueError, match="tags"):
        pipeline(tiny, tags=["PER"])


def test_a_pipeline_on_disk_keeps_its_config(tiny: Path, tmp_path: Path) -> None:
    nlp = pipeline(tiny, labels=["PER"], min_score=0.4, overwrite=False)
    nlp.to_disk(tmp_path / "nlp")
    for loaded in (spacy.load(tmp_path / "nlp"), pipeline(tiny).from_disk(tmp_path / "nlp")):
        assert [found(doc) for doc in loaded.pipe(TEXTS[:5])]
    loaded = spacy.load(tmp_path / "nlp", config={"components": {"annotator": {"min_score": 0.7}}})
    marker = loaded.get_pipe("annotator")
    assert isinstance(marker, EntityMarker)
    assert (marker.overwrite, marker.annotator.keep.labels) == (False, {"PER"})
    assert marker.annotator.keep.min_score == pytest.approx(0.7)  # JSON of old versions of srsly is inexact
    again = spacy.load(tmp_path / "nlp")
    assert [found(doc) for doc in again.pipe(TEXTS[:5])] == [found(doc) for doc in nlp.pipe(TEXTS[:5])]
    assert spacy.blank("de").from_config(nlp.config).from_bytes(nlp.to_bytes()).pipe_names == ["annotator"]


def test_the_component_is_pickled_without_its_weights(nlp: Language, plain: Annotator) -> None:
    pickled = pickle.dumps(EntityMarker(plain, overwrite=False))
    assert len(pickled) < 1_000
    copy = pickle.loads(pickled)
    assert not copy.overwrite
    assert found(copy(nlp.make_doc(TEXTS[0]))) == found(nlp(TEXTS[0]))


def test_scores_are_in_a_docbin(nlp: Language, marked: Doc) -> None:
    raw = DocBin(docs=[marked], store_user_data=True).to_bytes()
    (read,) = DocBin().from_bytes(raw).get_docs(nlp.vocab)
    assert Document.from_spacy(read).entities == Document.from_spacy(marked).entities
    assert all(e.score for e in Document.from_spacy(read).entities)


PROCESSES = """
import multiprocessing, sys
import spacy, torch
import annotator.spacy_component

if __name__ == "__main__":
    _, folder, method, *texts = sys.argv
    multiprocessing.set_start_method(method)
    torch.set_num_threads(2)
    nlp = spacy.blank("de")
    nlp.add_pipe("annotator", config={"model": folder, "device": "cpu"})
    alone = [nlp(text) for text in texts]  # a fork comes after threads were used
    docs = list(nlp.pipe(texts, n_process=2, batch_size=2))
    for one, other in zip(alone, docs, strict=True):
        assert [(e.start, e.end, e.label_) for e in one.ents] == [(e.start, e.end, e.label_) for e in other.ents]
        assert len(other.user_data["scores"]) == len(other.ents)
"""


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_mark_alike(method: str, tiny: Path, tmp_path: Path) -> None:
    if method == "fork" and sys.platform == "win32":
        pytest.skip("no fork here")
    (tmp_path / "work.py").write_text(PROCESSES, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "work.py", str(tiny), method, *TEXTS[:8]],
        cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_embedded_model_marks_angela_merkel() -> None:
    nlp = spacy.blank("de")
    nlp.add_pipe("annotator", config={"device": "cpu"})
    text = "Angela Merkel besuchte Paris."
    for doc in [nlp(text), *nlp.pipe([text] * 3, n_process=2)]:
        assert [(ent.text, ent.label_) for ent in doc.ents] == [("Angela Merkel", "PER"), ("Paris", "LOC")]


def test_tags_are_no_part_of_entities(ner: Annotator) -> None:
    doc = EntityMarker(ner)(spacy.blank("de")("Angela Merkel <i>besuchte</i> Paris , <br> Rom ."))
    assert [ent.text for ent in doc.ents] == ["Angela Merkel", "Paris", "Rom"]


def test_markup_is_chosen_in_the_config(tiny: Path) -> None:
    marker = pipeline(tiny, markup="keep").get_pipe("annotator")
    assert isinstance(marker, EntityMarker) and marker.annotator.markup == "keep"
