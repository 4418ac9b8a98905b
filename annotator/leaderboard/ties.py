"""Paired bootstrap over all systems at once: intervals of F1, and which leads may be chance. Pure: numpy only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from annotator.evaluate.metrics import RESAMPLES_OF_PAIRS, TAILS, Interval, prf, resample
from annotator.evaluate.sections import SIGNIFICANT

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """A figure of several systems: as measured, and float64 [resamples] in resamples that all systems share."""

    measured: Mapping[str, float]
    drawn: Mapping[str, Floats]

    def interval(self, system: str) -> Interval:
        """The 95% percentile interval."""
        low, high = np.quantile(self.drawn[system], TAILS).tolist()
        return Interval(low, high)

    def best(self) -> str | None:
        """The system with the highest figure, the first of several; None if there is no system."""
        return max(self.measured, key=lambda system: self.measured[system], default=None)

    def p_value(self, one: str, other: str) -> float:
        """The two-sided p-value of the lead of one system over another, as `metrics.compare` computes it."""
        measured = self.measured[one] - self.measured[other]
        drawn = self.drawn[one] - self.drawn[other]
        as_large = int((np.abs(drawn - measured) >= abs(measured) - 1e-12).sum())
        return (as_large + 1) / (len(drawn) + 1)

    def tied(self) -> frozenset[str]:
        """The systems behind the best one whose distance to it may well be chance (p of SIGNIFICANT or more)."""
        best = self.best()
        others = (system for system in self.measured if system != best)
        return frozenset(system for system in others if best and self.p_value(best, system) >= SIGNIFICANT)


def draw_f1(corpus: str, counts: Mapping[str, Sequence[NDArray[np.int64]]]) -> Draws:
    """F1 of each system on a corpus; that of several runs is their mean.

    `counts` has int64 [sentences, (correct, predicted, gold)] for each run of each system. The corpus seeds the random
    numbers, so that those of different corpora are independent.
    """
    runs = [run for system in counts.values() for run in system]
    stacked = np.stack(runs, axis=1).reshape(len(runs[0]), -1)  # [sentences, runs * 3]
    rows, weights = np.unique(stacked, axis=0, return_counts=True)
    shaped = rows.reshape(len(rows), len(runs), 3)
    blocks = resample(shaped, weights.astype(np.int64), RESAMPLES_OF_PAIRS, crc32(corpus.encode()))
    drawn = np.concatenate([prf(block)[..., 2] for block in blocks])
    measured = prf(stacked.sum(axis=0).reshape(len(runs), 3))[:, 2]
    ends = np.cumsum([len(system) for system in counts.values()])
    parts = {name: slice(end - len(counts[name]), end) for name, end in zip(counts, ends.tolist(), strict=True)}
    return Draws(
        {name: float(measured[part].mean()) for name, part in parts.items()},
        {name: drawn[:, part].mean(axis=1) for name, part in parts.items()},
    )


def mean_of(draws: Sequence[Draws], systems: Sequence[str]) -> Draws:
    """The means of the systems over corpora, all of which must have all these systems."""
    return Draws(
        {name: float(np.mean([one.measured[name] for one in draws])) for name in systems},
        {name: np.mean([one.drawn[name] for one in draws], axis=0) for name in systems},
    )
