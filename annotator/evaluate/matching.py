"""Gold and predicted entities -> matches, kinds of errors, and the counts that a corpus adds up to. Pure.

An entity is correct if its words and its label are those of the gold, as in conlleval and seqeval.
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
from annotator.labels import spans

BINS = 10  # bins of scores for the calibration
Row = tuple[tuple[str, int, int, int], ...]  # (label, correct, predicted, gold) for each label of a sentence
Totals = tuple[int, int, int]  # correct, predicted, gold


@dataclass(frozen=True, slots=True)
class Span:
    """An entity as the words it covers, `words[start:end]`, with its label and, if known, its score."""

    start: int
    end: int
    label: str
    score: float | None = None


class Kind(StrEnum):
    """How an entity was predicted: correctly, or with which error."""

    CORRECT = "correct"
    LABEL = "wrong label"
    BOUNDARY = "wrong boundary"
    BOTH = "wrong label and boundary"
    MISSED = "missed"
    SPURIOUS = "spurious"


ERRORS = tuple(kind for kind in Kind if kind is not Kind.CORRECT)


class Strictness(StrEnum):
    """What nervaluate requires of a correct entity.

    STRICT: the same words and label. EXACT: the same words. PARTIAL: a common word (correct if all words are the
    same, else partial). TYPE: a common word and the same label.
    """

    STRICT = "strict"
    EXACT = "exact"
    PARTIAL = "partial"
    TYPE = "type"


@dataclass(frozen=True, slots=True)
class Match:
    """A gold entity (None: spurious) and the predicted entity it is matched with (None: missed)."""

    kind: Kind
    gold: Span | None
    predicted: Span | None


def spans_of(tags: Sequence[str]) -> list[Span]:
    """The entities of a sentence's tags, read as conlleval and seqeval's default mode read them."""
    return [Span(*span) for span in spans(tags)]


def overlapping(gold: Sequence[Span], predicted: Span) -> range:
    """The indices in `gold` (ascending, without overlap) of the spans that share a word with `predicted`."""
    first = bisect_right(gold, predicted.start, key=lambda span: span.end)
    return range(first, bisect_left(gold, predicted.end, lo=first, key=lambda span: span.start))


def match_spans(gold: Sequence[Span], predicted: Sequence[Span]) -> list[Match]:
    """The matches of a sentence; each entity is in exactly one.

    Entities with the same words are matched first. Those left that overlap are then matched one to one, pairs with
    the same label first and longer overlaps before shorter ones. Both sides must ascend without overlap.
    """
    unmatched = {(span.start, span.end): span for span in gold}
    matches: list[Match] = []
    left: list[Span] = []
    for span in predicted:
        if same := unmatched.pop((span.start, span.end), None):
            matches.append(Match(Kind.CORRECT if same.label == span.label else Kind.LABEL, same, span))
        else:
            left.append(span)
    missed = list(unmatched.values())
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
    """The number of words that two spans share."""
    return min(a.end, b.end) - max(a.start, b.start)


def overlap_counts(gold: Sequence[Span], predicted: Sequence[Span], strictness: Strictness) -> Iterator[str]:
    """The names of the fields of `Overlap` to which a sentence adds one, as nervaluate 1.2 counts.

    Each predicted entity in turn takes a gold entity that is left and of which it covers at least 1%, preferably
    one that agrees with it.
    """
    left = set(range(len(gold)))
    for span in predicted:
        near = [
            i for i in overlapping(gold, span)
            if i in left and 100 * _common(gold[i], span) >= gold[i].end - gold[i].start
        ]  # fmt: skip
        agreeing = [i for i in near if _agree(gold[i], span, strictness)]
        if agreeing:
            left.remove(min(agreeing, key=lambda i: abs(gold[i].start - span.start) + abs(gold[i].end - span.end)))
            yield "correct"
        elif near:
            left.remove(near[0])
            yield "partial" if strictness is Strictness.PARTIAL else "incorrect"
        else:
            yield "spurious"
    yield from ["missed"] * len(left)


def _agree(gold: Span, predicted: Span, strictness: Strictness) -> bool:
    if strictness is Strictness.TYPE:
        return gold.label == predicted.label
    same_words = gold.start == predicted.start and gold.end == predicted.end
    return same_words and (strictness is not Strictness.STRICT or gold.label == predicted.label)


@dataclass(slots=True)
class Tally:
    """The counts of a corpus, added up sentence by sentence.

    `rows` counts the sentences by their counts for each label, which is all that the bootstrap needs. `confusions`
    counts pairs (gold label, predicted label), with `O` for the side that has no entity. `bins` is float
    [BINS, 3]: the number of predictions, the sum of their scores and the number of correct ones, by score. `by_score`
    counts predictions by their score, to four decimals, and whether they are correct.
    """

    rows: Counter[Row] = field(default_factory=Counter)
    kinds: Counter[Kind] = field(default_factory=Counter)
    confusions: Counter[tuple[str, str]] = field(default_factory=Counter)
    overlaps: Counter[tuple[Strictness, str]] = field(default_factory=Counter)
    bins: NDArray[np.float64] = field(default_factory=lambda: np.zeros((BINS, 3)))
    by_score: Counter[tuple[float, bool]] = field(default_factory=Counter)

    def add(self, gold: Sequence[Span], predicted: Sequence[Span]) -> list[Match]:
        """Count a sentence and return its matches. Both sides must ascend without overlap."""
        matches = match_spans(gold, predicted)
        self.rows[count_row(matches)] += 1
        for match in matches:
            self.kinds[match.kind] += 1
            gold_label, label = (span.label if span else OUTSIDE for span in (match.gold, match.predicted))
            self.confusions[gold_label, label] += 1
            if match.predicted and (score := match.predicted.score) is not None:
                self.bins[min(int(score * BINS), BINS - 1)] += (1, score, match.kind is Kind.CORRECT)
                self.by_score[round(score, 4), match.kind is Kind.CORRECT] += 1
        if all(match.kind is Kind.CORRECT for match in matches):
            self.overlaps.update({(strictness, "correct"): len(matches) for strictness in Strictness})
        else:
            for strictness in Strictness:
                self.overlaps.update((strictness, name) for name in overlap_counts(gold, predicted, strictness))
        return matches

    def update(self, other: Tally) -> None:
        """Add the counts of another tally."""
        self.rows.update(other.rows)
        self.kinds.update(other.kinds)
        self.confusions.update(other.confusions)
        self.overlaps.update(other.overlaps)
        self.bins += other.bins
        self.by_score.update(other.by_score)


def count_row(matches: Iterable[Match]) -> Row:
    """The numbers of correct, predicted and gold entities of a sentence, for each label."""
    counts: dict[str, list[int]] = {}
    for match in matches:
        if match.predicted:
            counts.setdefault(match.predicted.label, [0, 0, 0])[1] += 1
        if match.gold:
            counts.setdefault(match.gold.label, [0, 0, 0])[2] += 1
            counts[match.gold.label][0] += match.kind is Kind.CORRECT
    return tuple(sorted((label, correct, predicted, gold) for label, (correct, predicted, gold) in counts.items()))


def totals(matches: Iterable[Match]) -> Totals:
    """The numbers of correct, predicted and gold entities of a sentence."""
    found = list(matches)
    return (
        sum(match.kind is Kind.CORRECT for match in found),
        sum(match.predicted is not None for match in found),
        sum(match.gold is not None for match in found),
    )
