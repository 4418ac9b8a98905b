"""Candidates -> the chosen ones: the most uncertain of each cluster in turn, but no near-copies. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.document import Document
from annotator.select.uncertainty import Uncertainty

Floats = NDArray[np.float32]
MOST_CLUSTERS = 256
ROUNDS = 10  # of k-means
# Two documents are nearly the same if they share this many of their words, or if the cosine of their vectors is this
# large; words are compared only where it is as large as the last.
SAME_WORDS = 0.7
SAME_VECTORS = 0.98
MAYBE_THE_SAME = 0.7
_WORD = re.compile(r"[^\W\d_]+")  # texts that differ in their numbers only are nearly the same


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A document with the model's entities, its `number` in the corpus, and what decides whether it is chosen.

    `vector` float32 [dimensions], of length 1.
    """

    number: int
    document: Document
    uncertainty: Uncertainty
    vector: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """A chosen candidate, and the cluster that it represents: its number, from 1, and the candidates in it."""

    candidate: Candidate
    cluster: int
    size: int


def choose(candidates: Sequence[Candidate], count: int, seed: int) -> list[Choice]:
    """At most `count` of the candidates, the best first.

    The candidates are clustered by their vectors. From one cluster after another, the larger ones first, the most
    uncertain candidate is taken that is not nearly the same as one that was taken before.
    """
    if not candidates:
        return []
    clusters = _clusters(np.stack([one.vector for one in candidates]), min(count, MOST_CLUSTERS), seed)
    members = [np.flatnonzero(clusters == number) for number in np.unique(clusters)]
    members.sort(key=lambda group: (-len(group), int(group[0])))
    queues = [
        iter(sorted(group.tolist(), key=lambda i: (-candidates[i].uncertainty.total, candidates[i].number)))
        for group in members
    ]
    taken = _Taken(candidates, count)
    chosen: list[Choice] = []
    waiting = list(range(len(queues)))
    while waiting and len(chosen) < count:
        for number in list(waiting):
            found = next(filter(taken.is_new, queues[number]), None)
            if found is None:
                waiting.remove(number)
            elif len(chosen) < count:
                taken.add(found)
                chosen.append(Choice(candidates[found], number + 1, len(members[number])))
    return chosen


def _clusters(vectors: Floats, count: int, seed: int) -> NDArray[np.int64]:
    """int64 [n]: the cluster of each vector, by k-means on the sphere."""
    random = np.random.default_rng(seed)
    centres = vectors[random.choice(len(vectors), min(count, len(vectors)), replace=False)]
    clusters = np.zeros(len(vectors), dtype=np.int64)
    for _ in range(ROUNDS):
        found = (vectors @ centres.T).argmax(axis=1)
        if (found == clusters).all():
            break
        clusters = found
        sums = np.zeros_like(centres)
        np.add.at(sums, clusters, vectors)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 0, sums / np.maximum(lengths, 1e-9), centres)
    return clusters


class _Taken:
    """The candidates that were taken, to compare others with them."""

    def __init__(self, candidates: Sequence[Candidate], count: int) -> None:
        self._candidates = candidates
        self._vectors = np.zeros((min(count, len(candidates)), len(candidates[0].vector)), dtype=np.float32)
        self._words: list[frozenset[str]] = []

    def add(self, number: int) -> None:
        """Take the candidate of this number."""
        self._vectors[len(self._words)] = self._candidates[number].vector
        self._words.append(_words(self._candidates[number].document.text))

    def is_new(self, number: int) -> bool:
        """Whether the candidate is not nearly the same as one that was taken."""
        candidate = self._candidates[number]
        cosines = self._vectors[: len(self._words)] @ candidate.vector
        words = _words(candidate.document.text)
        return not any(
            cosines[i] >= SAME_VECTORS or _shared(words, self._words[i]) >= SAME_WORDS
            for i in np.flatnonzero(cosines >= MAYBE_THE_SAME).tolist()
        )


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the words of two documents that both have."""
    return len(one & other) / max(len(one | other), 1)


def same_text(text: str) -> str:
    """The text as it is compared to find copies: without case, with white space as one space and digits as 0."""
    return re.sub(r"\d", "0", " ".join(text.casefold().split()))
