"""A corpus and predictions for it -> the counts of each sentence, and what limits the meaning of the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from annotator.evaluate.matching import match_spans, totals
from annotator.evaluate.metrics import prf
from annotator.evaluate.paired_files import Files, LabelMap, read_pairs
from annotator.formats.base import ReadOptions


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """A system on a corpus: its size in tokens, its entities by label on each side, and the counts of each sentence.

    `sentences` is int64 [sentences, (correct, predicted, gold)].
    """

    sentences: NDArray[np.int64]
    tokens: int
    gold: Counter[str]
    predicted: Counter[str]

    @property
    def figures(self) -> tuple[float, float, float]:
        """Precision, recall and F1, equal to seqeval's."""
        precision, recall, f1 = prf(self.sentences.sum(axis=0)).tolist()
        return precision, recall, f1


def count(gold: str, predicted: str, limit: int | None, labels: LabelMap) -> Counts:
    """The counts of predictions for a gold file, or for its first `limit` sentences.

    Raises AnnotatorError for files that cannot be compared.
    """
    rows: list[tuple[int, int, int]] = []
    tokens = 0
    in_gold: Counter[str] = Counter()
    in_predicted: Counter[str] = Counter()
    for ours, theirs in islice(read_pairs(Files(gold, predicted), None, None, labels, ReadOptions()), limit):
        rows.append(totals(match_spans(ours.spans, theirs.spans)))
        tokens += len(ours)
        in_gold.update(span.label for span in ours.spans)
        in_predicted.update(span.label for span in theirs.spans)
    return Counts(np.array(rows, dtype=np.int64).reshape(-1, 3), tokens, in_gold, in_predicted)


def label_notes(system: str, corpus: str, counts: Counts, known: Sequence[str]) -> list[str]:
    """What is said about labels that occur on one side only. `known` are those of the model, none if not known."""
    notes: list[str] = []
    for label in sorted(counts.gold.keys() - counts.predicted.keys()):
        why = "is not among its labels" if known and label not in known else "is never predicted"
        notes.append(f"{system}, {corpus}: {label} ({counts.gold[label]:,} in the gold) {why}: all are missed")
    for label in sorted(counts.predicted.keys() - counts.gold.keys()):
        notes.append(
            f"{system}, {corpus}: {label} ({counts.predicted[label]:,} predicted) is not in the gold: all are wrong"
        )
    if not counts.gold:
        notes.append(f"{system}, {corpus}: no entity in the gold: F1 is 0")
    return notes
