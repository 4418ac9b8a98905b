"""A model and gold documents -> points: the entities that it finds, with their scores, and whether they are right."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import tee

import numpy as np
from numpy.typing import NDArray

from annotator.calibration import SCORES, Calibration
from annotator.decode import Decoder, Keep
from annotator.document import Document
from annotator.errors import AnnotatorError
from annotator.json_values import AnnotatorWarning
from annotator.labels import TagSet
from annotator.pipeline import Annotator

LEAST = 50  # fewer entities say nothing about scores


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """The entities that a model finds in a corpus, with scores that are not calibrated.

    `labels` [n] of str; `scores` float64 [n]; `right` bool [n]: whether the gold has the same characters with the same
    label; `documents` int64 [n]: the number of the document, from 0.
    """

    name: str
    labels: NDArray[np.str_]
    scores: NDArray[np.float64]
    right: NDArray[np.bool_]
    documents: NDArray[np.int64]

    def __len__(self) -> int:
        """The number of entities."""
        return len(self.scores)

    def __getitem__(self, chosen: NDArray[np.bool_]) -> Points:
        """The entities at which the mask bool [n] is true."""
        return Points(self.name, self.labels[chosen], self.scores[chosen], self.right[chosen], self.documents[chosen])


def collect(name: str, documents: Iterable[Document], annotator: Annotator, score: str = SCORES[0]) -> Points:
    """The points of gold documents, which are tagged on their own words; `score` is one of SCORES.

    A label of the model that the gold lacks was not tagged there: its entities are left out, with a warning, and so
    warns a label that only the gold has. Raises AnnotatorError if the gold and the model share no label.
    """
    tags = TagSet.parse(annotator.engine.labels)
    scoring = replace(annotator, decoder=Decoder(tags, Calibration(score=score)), keep=Keep())
    gold, to_tag = tee(documents)
    labels: list[str] = []
    scores: list[float] = []
    right: list[bool] = []
    numbers: list[int] = []
    in_gold: set[str] = set()
    for number, (given, found) in enumerate(zip(gold, scoring.pipe(to_tag), strict=True)):
        entities = {(entity.start, entity.end, entity.label) for entity in given.entities}
        in_gold |= {entity.label for entity in given.entities}
        for entity in found.entities:
            labels.append(entity.label)
            scores.append(entity.score or 0.0)
            right.append((entity.start, entity.end, entity.label) in entities)
            numbers.append(number)
    points = Points(name, np.array(labels, dtype=np.str_), np.array(scores), np.array(right, dtype=np.bool_),
                    np.array(numbers, dtype=np.int64))  # fmt: skip
    _check_labels(name, in_gold, tags.labels)
    points = points[np.isin(points.labels, sorted(in_gold))]
    return points


def check_enough(points: Points) -> None:
    """Raises AnnotatorError for fewer than LEAST entities."""
    if len(points) < LEAST:
        raise AnnotatorError(
            f"{points.name}: the model finds {len(points):,} entities with labels of the gold there, too few to "
            "calibrate on",
            f"give text with at least {LEAST}, better 1,000",
        )


def _check_labels(name: str, gold: set[str], of_model: Sequence[str]) -> None:
    """Warn of labels on one side only. Raises AnnotatorError if no label is on both."""
    if not gold:
        raise AnnotatorError(f"{name}: no entities in it, so nothing to calibrate on")
    if not gold & set(of_model):
        raise AnnotatorError(
            f"{name}: has the labels {', '.join(sorted(gold))}, the model {', '.join(of_model)}: none is the same",
            "give text that is tagged with the labels of the model",
        )
    if lacking := [label for label in of_model if label not in gold]:
        text = f"{name}: no entity has the label {', '.join(lacking)}, whose scores are calibrated like those of others"
        warnings.warn(text, AnnotatorWarning, stacklevel=3)
    if unknown := sorted(gold - set(of_model)):
        text = f"{name}: the model does not know the label {', '.join(unknown)}"
        warnings.warn(text, AnnotatorWarning, stacklevel=3)
