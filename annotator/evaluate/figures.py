"""Counts -> scores with bootstrap intervals, calibration, the comparison of two systems. Pure: numpy only."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.evaluate.scoring import BINS, Row, Scheme, Tally, Totals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
RESAMPLES = 1_000
RESAMPLES_OF_PAIRS = 10_000
TAILS = (0.025, 0.975)  # of the 95% intervals
_NUMBERS_AT_ONCE = 4_000_000  # that a block of resamples holds


@dataclass(frozen=True, slots=True)
class Interval:
    """The 95% percentile bootstrap interval of a figure."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 of exact matches, between 0 and 1 (0 where there is nothing to count), with
    their intervals, and how many entities are correct, predicted and gold (`support`)."""

    precision: float
    recall: float
    f1: float
    correct: int
    predicted: int
    support: int
    precision_interval: Interval
    recall_interval: Interval
    f1_interval: Interval


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores by label (sorted), of all entities together, and the mean over the labels."""

    labels: dict[str, Score]
    micro: Score
    macro: Score


@dataclass(frozen=True, slots=True)
class Overlap:
    """Counts in one of nervaluate's schemes, and what they come to; a partial match counts half."""

    correct: int
    incorrect: int
    partial: int
    missed: int
    spurious: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Bin:
    """The predictions with a score from `low` to `high`: how many, their mean score, the share that is correct."""

    low: float
    high: float
    predicted: int
    score: float
    correct: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How well scores tell the share of correct predictions.

    `ece` is the mean gap between the two, weighted by predictions (expected calibration error; Naeini et
    al. 2015), over `predicted` predictions with a score. `bins` leaves out those without predictions.
    """

    ece: float
    predicted: int
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Micro F1 of a second system on the same sentences; how much more the first has, with the interval; and
    how probable so large a difference, either way, is by chance."""

    name: str
    f1: float
    difference: float
    interval: Interval
    p_value: float


def prf(counts: Ints | Floats) -> Floats:
    """Counts [..., (correct, predicted, gold)] -> [..., (precision, recall, F1)], 0 where nothing can be counted.

    Rounded as seqeval rounds, so that the figures are equal to the last digit.
    """
    correct, predicted, gold = np.moveaxis(counts, -1, 0)
    precision, recall = correct / np.maximum(predicted, 1), correct / np.maximum(gold, 1)
    both = precision + recall
    return np.stack([precision, recall, 2 * precision * recall / np.where(both == 0, 1, both)], axis=-1)


def scores(rows: Mapping[Row, int]) -> Scores:
    """The scores of sentences with such counts by label, and how many have them; intervals are over sentences."""
    labels = sorted({entry[0] for row in rows for entry in row})
    counts = np.zeros((len(rows), len(labels), 3), dtype=np.int64)
    for i, row in enumerate(sorted(rows)):
        for label, *numbers in row:
            counts[i, labels.index(label)] = numbers
    weights = np.array([rows[row] for row in sorted(rows)], dtype=np.int64)
    total = np.tensordot(weights, counts, 1)
    together = total.sum(axis=0)
    by_label = prf(total)
    # Columns as arrays of their own: numpy then adds in the order in which seqeval does.
    macro = [np.average(column) if len(column) else 0.0 for column in by_label.T.copy()]
    drawn = np.concatenate([_figures(block) for block in _resample(counts, weights, RESAMPLES)])
    low, high = _quantiles(drawn)
    points = np.concatenate([by_label, [prf(together), macro]])
    found = list(map(_score, points, np.concatenate([total, [together, together]]), low, high))
    return Scores(dict(zip(labels, found[:-2], strict=True)), found[-2], found[-1])


def _score(point: Floats, counts: Ints, low: Floats, high: Floats) -> Score:
    """One score from its figures [3], counts [3] and the ends of their intervals [3]."""
    precision, recall, f1 = point.tolist()
    correct, predicted, gold = counts.tolist()
    intervals = list(map(Interval, low.tolist(), high.tolist()))
    return Score(precision, recall, f1, correct, predicted, gold, *intervals)


def _figures(counts: Ints) -> Floats:
    """Counts int64 [resamples, labels, 3] -> scores [resamples, labels + micro + macro, 3].

    What has nothing to count in a resample is NaN there; a label that is in none of its sentences is not in
    its mean.
    """
    groups = np.concatenate([counts, counts.sum(axis=1, keepdims=True)], axis=1)
    scores = prf(groups)
    predicted, gold = groups[..., 1] > 0, groups[..., 2] > 0
    there = predicted | gold
    labels = np.maximum(there[:, :-1].sum(axis=1), 1)
    macro = np.where(there[:, -1, None], scores[:, :-1].sum(axis=1) / labels[:, None], np.nan)
    return np.concatenate(
        [np.where(np.stack([predicted, gold, there], axis=-1), scores, np.nan), macro[:, None]], axis=1
    )


def _quantiles(drawn: Floats) -> Floats:
    """The ends of the 95% intervals [2, ...] of figures [resamples, ...], NaN left out; 0 where all are NaN."""
    drawn[:, np.isnan(drawn).all(axis=0)] = 0
    return np.asarray(np.nanquantile(drawn, TAILS, axis=0))


def _resample(counts: Ints, weights: Ints, resamples: int) -> Iterator[Ints]:
    """Sums of `counts` [kinds, ...] over as many sentences drawn with replacement: blocks of [resamples, ...].

    `weights` int64 [kinds] says how many sentences have these counts. How often each kind is drawn is
    multinomial, so that no sentence need be drawn by itself.
    """
    random = np.random.default_rng(0)
    shape = counts.shape[1:]
    flat = counts.reshape(len(counts), math.prod(shape)).astype(np.float64)  # exact up to 2**53, and multiplied fast
    size = max(1, _NUMBERS_AT_ONCE // len(weights))
    for first in range(0, resamples, size):
        drawn = random.multinomial(weights.sum(), weights / weights.sum(), min(size, resamples - first))
        yield (drawn @ flat).astype(np.int64).reshape(len(drawn), *shape)


def overlap(tally: Tally, scheme: Scheme) -> Overlap:
    """The counts and scores in one of nervaluate's schemes."""
    names = ("correct", "incorrect", "partial", "missed", "spurious")
    correct, incorrect, partial, missed, spurious = numbers = [tally.overlaps[scheme, name] for name in names]
    matched = correct + incorrect + partial
    figures = prf(np.array([correct + 0.5 * partial, matched + spurious, matched + missed]))
    return Overlap(*numbers, *map(float, figures))


def calibration(tally: Tally) -> Calibration | None:
    """How far the scores can be trusted; None where no prediction has one."""
    predicted, summed, correct = tally.bins.T
    if not predicted.any():
        return None
    bins = tuple(
        Bin(i / BINS, (i + 1) / BINS, int(n), float(summed[i] / n), float(correct[i] / n))
        for i, n in enumerate(predicted)
        if n
    )
    return Calibration(float(np.abs(summed - correct).sum() / predicted.sum()), int(predicted.sum()), bins)


def compare(name: str, pairs: Mapping[tuple[Totals, Totals], int]) -> Comparison:
    """Two systems compared, from the counts that sentences have in both and how many sentences have them.

    Paired bootstrap: the p-value is the share of resamples whose difference is as far from the measured one as
    that is from 0 (two-sided; after Berg-Kirkpatrick et al. 2012), the measured one counted among them.
    """
    kinds = sorted(pairs)
    counts = np.array(kinds, dtype=np.int64)  # [kinds, systems, 3]
    weights = np.array([pairs[kind] for kind in kinds], dtype=np.int64)
    ours, theirs = prf(np.tensordot(weights, counts, 1))[:, 2]
    drawn = np.concatenate([prf(block)[..., 2] for block in _resample(counts, weights, RESAMPLES_OF_PAIRS)])
    differences = drawn[:, 0] - drawn[:, 1]
    measured = ours - theirs
    low, high = np.quantile(differences, TAILS)
    as_large = int((np.abs(differences - measured) >= abs(measured) - 1e-12).sum())
    p_value = (as_large + 1) / (RESAMPLES_OF_PAIRS + 1)
    return Comparison(name, float(theirs), float(measured), Interval(float(low), float(high)), p_value)
