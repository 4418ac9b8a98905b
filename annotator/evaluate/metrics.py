"""Counts -> scores with bootstrap intervals, calibration, and the comparison of two systems. Pure: numpy only."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.evaluate.matching import BINS, Row, Strictness, Tally, Totals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
RESAMPLES = 1_000
RESAMPLES_OF_PAIRS = 10_000
TAILS = (0.025, 0.975)  # the ends of a 95% interval
# Scores below which predictions are left out for the risk-coverage curve.
CUT_OFFS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)
_NUMBERS_AT_ONCE = 4_000_000  # the numbers that a block of resamples may hold


@dataclass(frozen=True, slots=True)
class Interval:
    """The 95% percentile bootstrap interval of a figure."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Score:
    """Exact-match precision, recall and F1 with their intervals, and the counts behind them.

    Figures are between 0 and 1, and 0 where there is nothing to count. `support` is the number of gold entities.
    """

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
    """The scores of each label (sorted), of all entities together (micro), and their mean over labels (macro)."""

    labels: dict[str, Score]
    micro: Score
    macro: Score


@dataclass(frozen=True, slots=True)
class Overlap:
    """Counts as nervaluate makes them, and the scores they give; a partial match counts half."""

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
    """The predictions with a score from `low` to `high`: their number, mean score, and share of correct ones."""

    low: float
    high: float
    predicted: int
    score: float
    correct: float


@dataclass(frozen=True, slots=True)
class CutOff:
    """What is left of the predictions if only those with at least `score` are kept.

    `kept` is their share of all predictions with a score (coverage), `precision` the share of them that is correct (1
    minus the risk), and `recall` the share of all gold entities that they find.
    """

    score: float
    kept: float
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How well scores agree with the share of correct predictions.

    `curve` is the risk-coverage curve at the scores of CUT_OFFS, and `aurc` the area under the whole of it: the mean
    risk over all coverages, which is the lower, the better scores tell right from wrong (Geifman and El-Yaniv 2017).
    `ece` is the mean gap between the two, weighted by predictions (expected calibration error; Naeini et
    al. 2015). `predicted` counts the predictions that have a score. Bins without predictions are left out.
    """

    ece: float
    predicted: int
    bins: tuple[Bin, ...]
    curve: tuple[CutOff, ...]
    aurc: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A second system on the same sentences.

    `f1` is its micro F1, `difference` the first system's lead over it with its `interval`, and `p_value` the
    probability of a difference this large, in either direction, by chance.
    """

    name: str
    f1: float
    difference: float
    interval: Interval
    p_value: float


def prf(counts: Ints | Floats) -> Floats:
    """Counts [..., (correct, predicted, gold)] -> [..., (precision, recall, F1)], 0 where there is nothing to count.

    The arithmetic is seqeval's, so that the figures are equal to the last digit.
    """
    correct, predicted, gold = np.moveaxis(counts, -1, 0)
    precision, recall = correct / np.maximum(predicted, 1), correct / np.maximum(gold, 1)
    both = precision + recall
    return np.stack([precision, recall, 2 * precision * recall / np.where(both == 0, 1, both)], axis=-1)


def scores(rows: Mapping[Row, int]) -> Scores:
    """The scores of a corpus, whose sentences are resampled for the intervals; `rows` is `Tally.rows`."""
    labels, counts, weights = _arrays(rows)
    total = np.tensordot(weights, counts, 1)
    together = total.sum(axis=0)
    by_label = prf(total)
    # Each column becomes an array of its own, because numpy then adds in the same order as seqeval does.
    macro = [np.average(column) if len(column) else 0.0 for column in by_label.T.copy()]
    drawn = np.concatenate([_figures(block) for block in resample(counts, weights, RESAMPLES)])
    low, high = _quantiles(drawn)
    points = np.concatenate([by_label, [prf(together), macro]])
    found = list(map(_score, points, np.concatenate([total, [together, together]]), low, high))
    return Scores(dict(zip(labels, found[:-2], strict=True)), found[-2], found[-1])


def _arrays(rows: Mapping[Row, int]) -> tuple[list[str], Ints, Ints]:
    """The labels, sorted; the counts [rows, labels, 3]; and the number of sentences of each row [rows]."""
    labels = sorted({entry[0] for row in rows for entry in row})
    counts = np.zeros((len(rows), len(labels), 3), dtype=np.int64)
    for i, row in enumerate(sorted(rows)):
        for label, *numbers in row:
            counts[i, labels.index(label)] = numbers
    return labels, counts, np.array([rows[row] for row in sorted(rows)], dtype=np.int64)


def _score(point: Floats, counts: Ints, low: Floats, high: Floats) -> Score:
    """One score from its figures [3], counts [3] and the ends of their intervals [3]."""
    precision, recall, f1 = point.tolist()
    correct, predicted, gold = counts.tolist()
    intervals = list(map(Interval, low.tolist(), high.tolist()))
    return Score(precision, recall, f1, correct, predicted, gold, *intervals)


def _figures(counts: Ints) -> Floats:
    """Counts int64 [resamples, labels, 3] -> scores [resamples, labels + micro + macro, 3].

    A figure without anything to count in a resample is NaN there, and a label that occurs in none of its sentences
    does not enter its mean.
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
    """The ends of the 95% intervals [2, ...] of figures [resamples, ...], without NaN; 0 where all are NaN."""
    drawn[:, np.isnan(drawn).all(axis=0)] = 0
    return np.asarray(np.nanquantile(drawn, TAILS, axis=0))


def resample(counts: Ints, weights: Ints, resamples: int, seed: int = 0) -> Iterator[Ints]:
    """Sums of `counts` [rows, ...] over resamples of all sentences: blocks of [resamples, ...].

    Sentences are drawn with replacement. `weights` int64 [rows] says how many sentences have the counts of a row.
    How often each row is drawn follows a multinomial distribution, so sentences need not be drawn one at a time.
    """
    random = np.random.default_rng(seed)
    shape = counts.shape[1:]
    flat = counts.reshape(len(counts), math.prod(shape)).astype(np.float64)  # exact up to 2**53, and multiplied fast
    size = max(1, _NUMBERS_AT_ONCE // len(weights))
    for first in range(0, resamples, size):
        drawn = random.multinomial(weights.sum(), weights / weights.sum(), min(size, resamples - first))
        yield (drawn @ flat).astype(np.int64).reshape(len(drawn), *shape)


def overlap(tally: Tally, strictness: Strictness) -> Overlap:
    """The counts and scores at one of nervaluate's degrees of strictness."""
    names = ("correct", "incorrect", "partial", "missed", "spurious")
    correct, incorrect, partial, missed, spurious = numbers = [tally.overlaps[strictness, name] for name in names]
    matched = correct + incorrect + partial
    figures = prf(np.array([correct + 0.5 * partial, matched + spurious, matched + missed]))
    return Overlap(*numbers, *map(float, figures))


def calibration(tally: Tally) -> Calibration | None:
    """How far scores can be trusted; None if no prediction has one."""
    predicted, summed, correct = tally.bins.T
    if not predicted.any():
        return None
    bins = tuple(
        Bin(i / BINS, (i + 1) / BINS, int(n), float(summed[i] / n), float(correct[i] / n))
        for i, n in enumerate(predicted)
        if n
    )
    ece = float(np.abs(summed - correct).sum() / predicted.sum())
    return Calibration(ece, int(predicted.sum()), bins, *_risk_coverage(tally))


def _risk_coverage(tally: Tally) -> tuple[tuple[CutOff, ...], float]:
    """The risk-coverage curve at CUT_OFFS, as far as they keep anything, and the area under the whole of it."""
    gold = sum(number * count for row, number in tally.rows.items() for *_, count in row)
    scores = np.array(sorted({score for score, _ in tally.by_score}, reverse=True))
    counts = np.array([[tally.by_score[score, right] for right in (True, False)] for score in scores.tolist()])
    right, wrong = np.cumsum(counts, axis=0).T
    total = right[-1] + wrong[-1]
    risks = wrong / (right + wrong)
    curve = []
    for cut_off in CUT_OFFS:
        if last := int((scores >= cut_off).sum()):
            kept, correct = int(right[last - 1] + wrong[last - 1]), int(right[last - 1])
            curve.append(CutOff(cut_off, float(kept / total), correct / kept, correct / max(gold, 1)))
    return tuple(curve), float(risks @ counts.sum(axis=1) / total)


def compare(name: str, pairs: Mapping[tuple[Totals, Totals], int]) -> Comparison:
    """Compare two systems; `pairs` counts the sentences by their totals in both.

    Paired bootstrap: the p-value is the share of resamples whose difference is at least as far from the measured
    difference as that is from 0 (two-sided; after Berg-Kirkpatrick et al. 2012), the measured one included.
    """
    kinds = sorted(pairs)
    counts = np.array(kinds, dtype=np.int64)  # [kinds, systems, 3]
    weights = np.array([pairs[kind] for kind in kinds], dtype=np.int64)
    ours, theirs = prf(np.tensordot(weights, counts, 1))[:, 2]
    drawn = np.concatenate([prf(block)[..., 2] for block in resample(counts, weights, RESAMPLES_OF_PAIRS)])
    differences = drawn[:, 0] - drawn[:, 1]
    measured = ours - theirs
    low, high = np.quantile(differences, TAILS)
    as_large = int((np.abs(differences - measured) >= abs(measured) - 1e-12).sum())
    p_value = (as_large + 1) / (RESAMPLES_OF_PAIRS + 1)
    return Comparison(name, float(theirs), float(measured), Interval(float(low), float(high)), p_value)
