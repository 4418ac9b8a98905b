"""The batch to label next, chosen by the embedded model."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest

from annotator import Annotator, Document
from annotator.checkpoints.folder import embedded_folder
from annotator.document import Origin
from annotator.input.records import read_documents
from annotator.json_values import AnnotatorWarning
from annotator.prepare.chunk_sizes import ChunkSizes
from annotator.select import batch
from annotator.select.batch import select
from support.paths import SAMPLES

FOLDER = embedded_folder("panx-mini")
GOLD = list(read_documents(SAMPLES / "gold.conll"))


def of(*texts: str) -> list[Document]:
    return [Document(str(number), text, Origin("t", number)) for number, text in enumerate(texts)]


def test_each_document_says_why_it_was_chosen(ner: Annotator) -> None:
    chosen = select(ner, FOLDER, GOLD, 10, seed=0)
    assert len({document.id for document in chosen}) == 10
    known = {document.id: document.text for document in GOLD}
    for rank, document in enumerate(chosen, start=1):
        why = {name.removeprefix("select_"): value for name, value in document.meta.items()}
        assert why["rank"] == rank and why["uncertainty"] > 0 and 1 <= why["cluster"] <= 10 and why["cluster_size"] > 0
        assert why["unsure_of"] in document.text == known[document.id] and why["tag"] != why["other_tag"]
        assert 0 <= why["margin"] < 1
    again = {document.id: document.entities for document in ner.pipe(GOLD)}
    assert all(document.entities == again[document.id] for document in chosen)


def test_what_the_model_is_unsure_of_comes_first(ner: Annotator) -> None:
    chosen = select(ner, FOLDER, GOLD, 10, seed=0)
    every = select(ner, FOLDER, GOLD, 60, seed=0)

    def mean(documents: list[Document]) -> float:
        return float(np.mean([document.meta["select_uncertainty"] for document in documents]))

    assert mean(chosen) > 1.3 * mean(every)


def test_copies_empty_and_long_documents_are_not_chosen(ner: Annotator) -> None:
    texts = ("Anna Berger wohnt in Ulm.", "", "ANNA  BERGER wohnt in Ulm.", " \t", "Der Hund schläft.", "x" * 200)
    brief = replace(ner, chunk_sizes=ChunkSizes(full=90, first=90, long=100))
    with pytest.warns(AnnotatorWarning) as caught:
        chosen = select(brief, FOLDER, of(*texts), 5, seed=0)
    assert sorted(document.id for document in chosen) == ["0", "4"]
    assert [str(one.message) for one in caught] == [
        "1 documents are too long to be labelled, and were left out: split them into paragraphs",
        "only 2 documents that differ enough, fewer than the 5 asked for",
    ]
    assert "select_unsure_of" not in next(one for one in chosen if one.id == "4").meta


def test_only_the_candidates_are_kept_of_a_stream(ner: Annotator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "LEAST_CANDIDATES", 8)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        some = select(ner, FOLDER, (document for document in GOLD), 2, seed=0)
    least = sorted(one.meta["select_uncertainty"] for one in select(ner, FOLDER, GOLD, 8, seed=0))  # of all candidates
    assert all(document.meta["select_uncertainty"] >= least[0] for document in some)


def test_an_empty_corpus_gives_an_empty_batch(ner: Annotator) -> None:
    with pytest.warns(AnnotatorWarning, match="only 0 documents"):
        assert select(ner, FOLDER, [], 5, seed=0) == []
