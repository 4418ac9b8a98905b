"""Entities that the embedded model finds, and whether they are right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from annotator import Annotator, Document
from annotator.calibrate.points import LEAST, Points, check_enough, collect
from annotator.document import Entity
from annotator.errors import AnnotatorError
from annotator.input.records import read_documents
from annotator.json_values import AnnotatorWarning
from support.paths import SAMPLES

GOLD = list(read_documents(SAMPLES / "gold.conll"))


def relabelled(document: Document, labels: dict[str, str | None]) -> Document:
    renamed = [(entity, labels.get(entity.label, entity.label)) for entity in document.entities]
    return replace(document, entities=tuple(Entity(e.start, e.end, label) for e, label in renamed if label))


def test_points_are_what_the_annotator_finds(ner: Annotator) -> None:
    found = collect("gold", GOLD, ner)
    expected = [
        (number, entity.label, entity in gold)
        for number, (document, given) in enumerate(zip(ner.pipe(GOLD), GOLD, strict=True))
        for gold in [{replace(one, score=None) for one in given.entities}]
        for entity in [replace(one, score=None) for one in document.entities]
    ]
    assert list(zip(found.documents.tolist(), found.labels.tolist(), found.right.tolist(), strict=True)) == expected
    assert len(found) > 140 and 0.9 < found.right.mean() < 1
    check_enough(found)


def test_scores_are_not_calibrated_and_nothing_is_left_out(ner: Annotator) -> None:
    some = GOLD[:20]
    strict = replace(ner, keep=replace(ner.keep, min_score=0.99, labels=("PER",)))
    for score in ("minimum", "mean"):
        assert (collect("gold", some, strict, score).scores == collect("gold", some, ner, score).scores).all()
    assert (collect("gold", some, ner).scores <= collect("gold", some, ner, "mean").scores).all()


def test_a_label_that_the_gold_lacks_is_left_out_and_named(ner: Annotator) -> None:
    with pytest.warns(AnnotatorWarning, match="gold: no entity has the label ORG"):
        found = collect("gold", [relabelled(one, {"ORG": None}) for one in GOLD], ner)
    assert set(found.labels.tolist()) == {"PER", "LOC"}


def test_a_label_that_the_model_does_not_know_is_named(ner: Annotator) -> None:
    with pytest.warns(AnnotatorWarning) as caught:
        collect("gold", [relabelled(one, {"LOC": "PLACE"}) for one in GOLD[:20]], ner)
    assert [str(one.message).partition(", whose")[0] for one in caught] == [
        "gold: no entity has the label LOC", "gold: the model does not know the label PLACE"
    ]  # fmt: skip


def test_gold_that_cannot_be_compared_is_refused(ner: Annotator) -> None:
    with pytest.raises(AnnotatorError, match="no entities in it"):
        collect("gold", [replace(one, entities=()) for one in GOLD[:9]], ner)
    with pytest.raises(AnnotatorError, match="none is the same"):
        collect("gold", [relabelled(one, {"PER": "P", "LOC": "L", "ORG": "O_"}) for one in GOLD[:9]], ner)


def test_few_entities_are_refused() -> None:
    few = Points("c", np.array(["X"]), np.array([0.5]), np.array([True]), np.array([0]))
    with pytest.raises(AnnotatorError, match=f"1 entities .*at least {LEAST}"):
        check_enough(few)
