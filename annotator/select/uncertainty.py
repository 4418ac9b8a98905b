"""Scores of labels -> how unsure a model is of a document, and of what in it. Pure: numpy only.

The margin of a word is how much more probable its best tag is than its second best. The margin of a stretch of words
that may be an entity is the least of those of its words (Scheffer, Decomain and Wrobel, "Active Hidden Markov Models
for Information Extraction", 2001).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.document import OUTSIDE

# A word may be in an entity if it is outside any with a smaller probability than this.
SURELY_OUTSIDE = 0.9


@dataclass(frozen=True, slots=True)
class Doubt:
    """The stretch of words `[first, end)` of a document of which a model is least sure.

    `tag` and `other` are the best and the second best tag of the word in it with the smallest `margin`.
    """

    first: int
    end: int
    tag: str
    other: str
    margin: float


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How unsure a model is of a document.

    `total` is the sum of 1 - margin over the stretches that may be entities. `doubt` is None where nothing may be one.
    """

    total: float = 0.0
    doubt: Doubt | None = None


def uncertainty(scores: NDArray[np.float32], names: Sequence[str], seen: NDArray[np.bool_]) -> Uncertainty:
    """The uncertainty of a document from log-probabilities float32 [words, tags] of the tags `names`.

    `seen` bool [words]: whether the model saw the word.
    """
    if not len(scores):
        return Uncertainty()
    probabilities = np.exp(scores)
    maybe = np.flatnonzero((probabilities[:, list(names).index(OUTSIDE)] < SURELY_OUTSIDE) & seen)
    if not len(maybe):
        return Uncertainty()
    best = np.argsort(-probabilities[maybe], axis=1)[:, :2]
    first, second = np.take_along_axis(probabilities[maybe], best, axis=1).T
    margins = first - second
    stretches = np.split(np.arange(len(maybe)), np.flatnonzero(np.diff(maybe) > 1) + 1)
    least = [int(stretch[np.argmin(margins[stretch])]) for stretch in stretches]
    worst = int(np.argmin(margins[least]))
    stretch, word = stretches[worst], least[worst]
    doubt = Doubt(
        int(maybe[stretch[0]]), int(maybe[stretch[-1]]) + 1, names[best[word, 0]], names[best[word, 1]],
        round(float(margins[word]), 4),
    )  # fmt: skip
    return Uncertainty(float((1 - margins[least]).sum()), doubt)
