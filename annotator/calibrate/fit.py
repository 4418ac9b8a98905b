"""Points -> a calibration, and how good it is on points that it was not fitted to. Pure: numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.calibrate.points import Points
from annotator.calibration import LEAST_SCORE, SCORES, Calibration, Curve, CutOff

Floats = NDArray[np.float64]
IDENTITY = np.array([1.0, 1.0, 0.0])  # the weights that leave scores as they are
# How strongly, as a ridge penalty, weights are held to those that leave scores as they are, and those of a label to
# those of all labels. docs/evaluate.md has the measurements.
COMMON_RIDGE = 1.0
LABEL_RIDGE = 3.0
LEAST_OF_LABEL = 50  # entities that a label needs for a curve of its own
LEAST_KEPT = 20  # entities that a precision is measured on, at least
CUT_OFFS = 24  # of a curve
BINS = 10  # for the calibration error, as `annotate evaluate` has them
TARGETS = (0.90, 0.95, 0.98)  # precisions to report
_STEPS = 100


@dataclass(frozen=True, slots=True)
class Reached:
    """What a target of precision gives: the precision of what is kept (NaN for nothing), and the share that is kept."""

    target: float
    precision: float
    kept: float


@dataclass(frozen=True, slots=True)
class Measured:
    """How well scores of a corpus agree with the share of right entities, before and after calibration.

    `before` and `after` are expected calibration errors. `after` and `reached` were measured by fitting on a half of
    each corpus, and measuring on the other, for both halves.
    """

    name: str
    entities: int
    before: float
    after: float
    reached: tuple[Reached, ...]


def fit(corpora: Sequence[Points], labels: Sequence[str], score: str = SCORES[0]) -> Calibration:
    """The calibration of a model with these labels.

    Every corpus weighs as much as the square root of the number of its entities, so that none drowns the others.
    """
    names = np.concatenate([points.labels for points in corpora])
    scores = np.concatenate([points.scores for points in corpora])
    right = np.concatenate([points.right for points in corpora])
    each = np.concatenate([np.full(len(points), max(len(points), 1) ** -0.5) for points in corpora])
    weights = each / each.mean()
    common = _solve(scores, right, weights, IDENTITY, COMMON_RIDGE)
    curves = {}
    for label in labels:
        own = names == label
        if own.sum() >= LEAST_OF_LABEL:
            solved = _solve(scores[own], right[own], weights[own], common, LABEL_RIDGE)
            curves[label] = _curve(solved, scores[own], right[own], weights[own])
    return Calibration(tuple(labels), score, _curve(common, scores, right, weights), curves)


def _solve(scores: Floats, right: NDArray[np.bool_], weights: Floats, prior: Floats, ridge: float) -> Floats:
    """The weights [3] of the most probable map, with a and b not below 0; logistic regression by Newton's method."""
    scores = np.clip(scores, LEAST_SCORE, 1 - LEAST_SCORE)
    features = np.stack([np.log(scores), -np.log1p(-scores), np.ones_like(scores)], axis=1)
    free = np.array([True, True, True])
    while True:
        solved = np.where(free, prior, 0.0)
        loss = _loss(features, right, weights, solved, prior, ridge)
        for _ in range(_STEPS):
            found = _probabilities(features @ solved)
            gradient = features.T @ (weights * (found - right)) + ridge * (solved - prior)
            curvature = (features * (weights * found * (1 - found))[:, None]).T @ features + ridge * np.eye(3)
            step = np.zeros(3)
            step[free] = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
            size = 1.0
            while (new := _loss(features, right, weights, solved - size * step, prior, ridge)) > loss and size > 1e-6:
                size /= 2
            if loss - new < 1e-9 * len(scores):
                break
            solved, loss = solved - size * step, new
        negative = free & (solved < 0) & np.array([True, True, False])
        if not negative.any():
            return np.asarray(solved)
        free &= ~negative


def _probabilities(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -50, 50))))


def _loss(
    features: Floats, right: NDArray[np.bool_], weights: Floats, solved: Floats, prior: Floats, ridge: float
) -> float:
    odds = features @ solved
    return float(weights @ np.logaddexp(0, np.where(right, -odds, odds)) + ridge / 2 * np.square(solved - prior).sum())


def _curve(solved: Floats, scores: Floats, right: NDArray[np.bool_], weights: Floats) -> Curve:
    """The curve with the share of right entities at some of its probabilities, the highest ones first."""
    a, b, c = (round(float(weight), 4) for weight in solved)
    curve = Curve((a, b, c))
    probabilities = np.array([round(curve(score), 4) for score in scores.tolist()])
    order = np.argsort(-probabilities, kind="stable")
    ordered = probabilities[order]
    sums = np.cumsum(weights[order])
    precision = np.cumsum((weights * right)[order]) / sums
    # A cut-off keeps all entities of its probability, so it stands at the last of them.
    last = np.flatnonzero(np.append(np.diff(ordered) < 0, True))
    last = last[last >= LEAST_KEPT - 1]
    wanted = np.linspace(LEAST_KEPT - 1, len(ordered) - 1, CUT_OFFS)
    chosen = last[np.unique(np.searchsorted(last, wanted).clip(0, len(last) - 1))] if len(last) else last
    return Curve(
        (a, b, c),
        tuple(
            CutOff(float(ordered[i]), round(float(precision[i]), 4), round(float(sums[i] / sums[-1]), 4))
            for i in chosen
        ),
    )


def calibration_error(probabilities: Floats, right: NDArray[np.bool_]) -> float:
    """The expected calibration error (Naeini et al. 2015), in bins of equal width as `annotate evaluate` has them."""
    bins = np.minimum((probabilities * BINS).astype(np.int64), BINS - 1)
    gaps = np.bincount(bins, probabilities, BINS) - np.bincount(bins, right, BINS)
    return float(np.abs(gaps).sum() / max(len(right), 1))


def probabilities(calibration: Calibration, points: Points) -> Floats:
    """The probabilities float64 [n] that a calibration gives the points."""
    pairs = zip(points.labels.tolist(), points.scores.tolist(), strict=True)
    return np.array([calibration(label, score) for label, score in pairs], dtype=np.float64)


def measure(corpora: Sequence[Points], labels: Sequence[str], before: Calibration) -> list[Measured]:
    """How good the calibration is that these corpora give, each of them fitted on its one half for the other.

    `before` is the calibration that the model has, with which the points were collected in the same way.
    """
    halves = [_half(points) for points in corpora]
    after = [np.zeros(len(points)) for points in corpora]
    kept = {target: [np.zeros(len(points), dtype=np.bool_) for points in corpora] for target in TARGETS}
    for fitted_on in (False, True):
        chosen = [points[half == fitted_on] for points, half in zip(corpora, halves, strict=True)]
        calibration = fit(chosen, labels, before.score)
        cut_offs = {target: calibration.cut_offs(target) for target in TARGETS}
        for number, (points, half) in enumerate(zip(corpora, halves, strict=True)):
            other = half != fitted_on
            rest = points[other]
            after[number][other] = found = probabilities(calibration, rest)
            for target, of_label in cut_offs.items():
                least = [np.inf if (cut := of_label[label]) is None else cut for label in rest.labels.tolist()]
                kept[target][number][other] = found >= np.array(least)
    return [
        Measured(
            points.name,
            len(points),
            calibration_error(probabilities(before, points), points.right),
            calibration_error(after[number], points.right),
            tuple(_reached(target, points, of_all[number]) for target, of_all in kept.items()),
        )
        for number, points in enumerate(corpora)
    ]


def _half(points: Points) -> NDArray[np.bool_]:
    """bool [n]: whether a point is in the second half; the points of a document stay together."""
    units, numbers = np.unique(points.documents, return_inverse=True)
    if len(units) == 1:  # one document has all of them
        units, numbers = np.arange(len(points)), np.arange(len(points))
    second = np.random.default_rng(0).permutation(len(units)) % 2 == 1
    return np.asarray(second[numbers])


def _reached(target: float, points: Points, kept: NDArray[np.bool_]) -> Reached:
    precision = float(points.right[kept].mean()) if kept.any() else float("nan")
    return Reached(target, precision, float(kept.mean()))
