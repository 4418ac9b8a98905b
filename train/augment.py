"""Variants of training sentences, as running text has them and corpora lack them: joined, in other case, cut short."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from .corpora import TaggedSentence

FINAL_MARKS = frozenset({".", "!", "?", "。", "।", "…"})


@dataclass(frozen=True, slots=True)
class Variation:
    """The shares of sentences, between 0 and 1, that are varied in each way.

    `joined`: the sentence and the one or two that follow become one. `upper`, `lower`: all words are in one case.
    `unfinished`: the final mark is left out.
    """

    joined: float = 0.0
    upper: float = 0.0
    lower: float = 0.0
    unfinished: float = 0.0


def vary(sentences: Iterable[TaggedSentence], variation: Variation, chance: random.Random) -> Iterator[TaggedSentence]:
    """The sentences in order, some of them varied; `chance` decides which. No word and no tag is lost but final marks.

    Words keep their number when their case changes (`ß` becomes `SS`, within its word).
    """
    rest = iter(sentences)
    for sentence in rest:
        varied = sentence
        if chance.random() < variation.joined:
            following = list(islice(rest, chance.choice((1, 1, 2))))
            varied = TaggedSentence(
                sum((s.words for s in following), sentence.words), sum((s.tags for s in following), sentence.tags)
            )
        if len(varied.words) > 1 and varied.words[-1] in FINAL_MARKS and chance.random() < variation.unfinished:
            varied = TaggedSentence(varied.words[:-1], varied.tags[:-1])
        case = chance.random()
        if case < variation.upper:
            varied = TaggedSentence(tuple(word.upper() for word in varied.words), varied.tags)
        elif case < variation.upper + variation.lower:
            varied = TaggedSentence(tuple(word.lower() for word in varied.words), varied.tags)
        yield varied
