"""Gold and predicted entities -> matches, kinds of errors, and the counts that sentences add up to. Pure.

Entities are correct when place and label are those of the gold, as in conlleval and seqeval.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from annotator.document import OUTSIDE

BINS = 10  # of the predictions by score
Row = tuple[tuple[str, int, int, int], ...]  # (label, correct, predicted, gold) of a sentence, by label
Totals = tuple[int, int, int]  # correct, predicted, gold


@dataclass(frozen=True, slots=True)
class Span:
    """An entity by the tokens it covers: `tokens[start:end]`, its label and, if known, its score."""

    start: int
    end: int
    label: str
    score: float | None = None


class Kind(StrEnum):
    """What became of an entity."""

    CORRECT = "correct"
    LABEL = "wrong label"
    BOUNDARY = "wrong boundary"
    BOTH = "wrong label and boundary"
    MISSED = "missed"
    SPURIOUS = "spurious"


ERRORS = tuple(kind for kind in Kind if kind is not Kind.CORRECT)


class Scheme(StrEnum):
    """When nervaluate calls a predicted entity correct: same place and label, same place, any common
    token (the same place is correct, less is partial), or a common token and the same label."""

    STRICT = "strict"
    EXACT = "exact"
    PARTIAL = "partial"
    TYPE = "type"


@dataclass(frozen=True, slots=True)
class Match:
    """A gold entity (None: spurious) with the predicted one it was taken for (None: missed)."""

    kind: Kind
    gold: Span | None
    predicted: Span | None


def overlapping(gold: Sequence[Span], predicted: Span) -> range:
    """Where in `gold` (ascending, without overlap) those are that share a token with `predicted`."""
    first = bisect_right(gold, predicted.start, key=lambda span: span.end)
    return range(first, bisect_left(gold, predicted.end, lo=first, key=lambda span: span.start))


def match_spans(gold: Sequence[Span], predicted: Sequence[Span]) -> list[Match]:
    """Every entity of a sentence in one match: those in the same place first, then, one to one, those that
    overlap, the same label and the longer overlap first. Both sides ascend without overlap."""
    places = {(span.start, span.end): span for span in gold}
    matches: list[Match] = []
    left: list[Span] = []
    for span in predicted:
        if same := places.pop((span.start, span.end), None):
            matches.append(Match(Kind.CORRECT if same.label == span.label else Kind.LABEL, same, span))
        else:
            left.append(span)
    missed = list(places.values())
    pairs = [(missed[g], span) for span in left for g in overlapping(missed, span)]
    pairs.sort(key=lambda pair: (pair[0].label != pair[1].label, -_common(*pair)))
    taken: set[int] = set()  # by identity
    for one, other in pairs:
        if id(one) not in taken and id(other) not in taken:
            taken |= {id(one), id(other)}
            matches.append(Match(Kind.BOUNDARY if one.label == other.label else Kind.BOTH, one, other))
    matches += [Match(Kind.MISSED, span, None) for span in missed if id(span) not in taken]
    return matches + [Match(Kind.SPURIOUS, None, span) for span in left if id(span) not in taken]


def _common(a: Span, b: Span) -> int:
    return min(a.end, b.end) - max(a.start, b.start)


def overlap_counts(gold: Sequence[Span], predicted: Sequence[Span], scheme: Scheme) -> Iterator[str]:
    """The fields of Overlap that a sentence adds one to, as nervaluate 1.2 counts: each predicted entity in turn
    takes a gold one that is left and of which it covers 1%, one that agrees with it if there is any."""
    left = set(range(len(gold)))
    for span in predicted:
        near = [
            i for i in overlapping(gold, span)
            if i in left and 100 * _common(gold[i], span) >= gold[i].end - gold[i].start
        ]  # fmt: skip
        agreeing = [i for i in near if _agree(gold[i], span, scheme)]
        if agreeing:
            left.remove(min(agreeing, key=lambda i: abs(gold[i].start - span.start) + abs(gold[i].end - span.end)))
            yield "correct"
        elif near:
            left.remove(near[0])
            yield "partial" if scheme is Scheme.PARTIAL else "incorrect"
        else:
            yield "spurious"
    yield from ["missed"] * len(left)


def _agree(gold: Span, predicted: Span, scheme: Scheme) -> bool:
    if scheme is Scheme.TYPE:
        return gold.label == predicted.label
    same_place = gold.start == predicted.start and gold.end == predicted.end
    return same_place and (scheme is not Scheme.STRICT or gold.label == predicted.label)


@dataclass(slots=True)
class Tally:
    """What the sentences of a corpus add up to.

    `rows` counts the sentences with the same counts by label: all the bootstrap needs. `confusions` counts
    (gold label, predicted label), `O` on the side that has no entity; `bins` float [BINS, 3] sums the
    predictions, their scores and the correct ones by score.
    """

    rows: Counter[Row] = field(default_factory=Counter)
    kinds: Counter[Kind] = field(default_factory=Counter)
    confusions: Counter[tuple[str, str]] = field(default_factory=Counter)
    overlaps: Counter[tuple[Scheme, str]] = field(default_factory=Counter)
    bins: NDArray[np.float64] = field(default_factory=lambda: np.zeros((BINS, 3)))

    def add(self, gold: Sequence[Span], predicted: Sequence[Span]) -> list[Match]:
        """Count a sentence (spans ascend, without overlap), and give its matches."""
        matches = match_spans(gold, predicted)
        self.rows[_row(matches)] += 1
        for match in matches:
            self.kinds[match.kind] += 1
            gold_label, label = (span.label if span else OUTSIDE for span in (match.gold, match.predicted))
            self.confusions[gold_label, label] += 1
            if match.predicted and (score := match.predicted.score) is not None:
                self.bins[min(int(score * BINS), BINS - 1)] += (1, score, match.kind is Kind.CORRECT)
        if all(match.kind is Kind.CORRECT for match in matches):
            self.overlaps.update({(scheme, "correct"): len(matches) for scheme in Scheme})
        else:
            for scheme in Scheme:
                self.overlaps.update((scheme, name) for name in overlap_counts(gold, predicted, scheme))
        return matches

    def update(self, other: Tally) -> None:
        """Add all that another tally has counted."""
        self.rows.update(other.rows)
        self.kinds.update(other.kinds)
        self.confusions.update(other.confusions)
        self.overlaps.update(other.overlaps)
        self.bins += other.bins


def _row(matches: Iterable[Match]) -> Row:
    counts: dict[str, list[int]] = {}
    for match in matches:
        if match.predicted:
            counts.setdefault(match.predicted.label, [0, 0, 0])[1] += 1
        if match.gold:
            counts.setdefault(match.gold.label, [0, 0, 0])[2] += 1
            counts[match.gold.label][0] += match.kind is Kind.CORRECT
    return tuple(sorted((label, correct, predicted, gold) for label, (correct, predicted, gold) in counts.items()))


def totals(matches: Iterable[Match]) -> Totals:
    """How many of a sentence's entities are correct, predicted and gold."""
    found = list(matches)
    return (
        sum(match.kind is Kind.CORRECT for match in found),
        sum(match.predicted is not None for match in found),
        sum(match.gold is not None for match in found),
    )
