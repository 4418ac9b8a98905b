"""Scores of entities -> probabilities that they are right, as data that a checkpoint's config.json holds.

The map is beta calibration (Kull, Silva Filho and Flach, "Beta calibration", AISTATS 2017): the log-odds of an entity
of score s are `a ln(s) - b ln(1 - s) + c`. With a = b = 1 and c = 0 the score stays as it is. It is applied to
entities after decoding, so that it is the same for every engine. `annotator.calibrate` fits it.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from annotator.errors import UsageError
from annotator.json_values import AnnotatorWarning

# What is taken for the score of an entity before calibration, see `annotator.decode`.
SCORES: Final = ("minimum", "mean", "product")
KEY: Final = "entity_calibration"  # in config.json
# Scores are this far from 0 and 1 at least, because they have four decimals.
LEAST_SCORE: Final = 1e-4


class CutOff(NamedTuple):
    """Of the entities that score at least `score`: how many were right (`precision`), and their share of all."""

    score: float
    precision: float
    kept: float


@dataclass(frozen=True, slots=True)
class Curve:
    """The map of a label's scores, with the weights (a, b, c), and cut-offs in descending order of their score."""

    weights: tuple[float, float, float] = (1.0, 1.0, 0.0)
    cut_offs: tuple[CutOff, ...] = ()

    def __call__(self, score: float) -> float:
        """The probability of an entity of this score."""
        a, b, c = self.weights
        score = min(max(score, LEAST_SCORE), 1 - LEAST_SCORE)
        odds = a * math.log(score) - b * math.log1p(-score) + c
        return 1 / (1 + math.exp(-min(max(odds, -50.0), 50.0)))

    def cut_off(self, precision: float) -> float | None:
        """The lowest score from which on at least this share of entities was right; None if there is none."""
        return min((one.score for one in self.cut_offs if one.precision >= precision), default=None)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns the scores of a model's entities into probabilities.

    `score` is one of SCORES, `labels` are all labels of the model, and `curves` are by label; a label without one has
    the curve `common`. Raises ValueError for an unknown score.
    """

    labels: tuple[str, ...] = ()
    score: str = SCORES[0]
    common: Curve | None = None
    curves: Mapping[str, Curve] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.score not in SCORES:
            raise ValueError(f"the score is {self.score!r}, not {', '.join(SCORES)}")

    def __call__(self, label: str, score: float) -> float:
        """The probability, to four decimals, that an entity of this label and score is right."""
        curve = self.curves.get(label, self.common)
        return round(min(curve(score) if curve else score, 1.0), 4)

    def cut_offs(self, precision: float) -> dict[str, float | None]:
        """By label, the lowest probability from which on this share of entities was right; None if there is none."""
        curves = {label: self.curves.get(label, self.common) for label in self.labels}
        return {label: curve.cut_off(precision) if curve else None for label, curve in curves.items()}

    def to_json(self) -> dict[str, Any]:
        """The calibration in values that JSON has."""
        return {
            "score": self.score,
            "labels": list(self.labels),
            "common": _curve_to_json(self.common),
            "curves": {label: _curve_to_json(curve) for label, curve in self.curves.items()},
        }

    @classmethod
    def from_json(cls, values: Any) -> Calibration:
        """The calibration that `to_json` made. Raises ValueError for anything else."""
        try:
            return cls(
                labels=tuple(map(_text, values["labels"])),
                score=values["score"],
                common=_curve_from_json(values["common"]),
                curves={label: curve for label, of in values["curves"].items() if (curve := _curve_from_json(of))},
            )
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"not a calibration ({type(error).__name__}: {error})") from error


def least_scores(
    model: str, calibration: Calibration | None, precision: float | None, labels: Collection[str] | None
) -> dict[str, float | None]:
    """The cut-offs of a model's calibration for a precision; warns of those of `labels` (None: all) that have none.

    There are none without a precision. Raises UsageError for a precision without a calibration.
    """
    if precision is None:
        return {}
    if calibration is None:
        raise UsageError(
            f"model {model} is not calibrated, so its precision is not known",
            "fit it on tagged text with `annotate calibrate`, or choose a {min_score}",
        )
    cut_offs = calibration.cut_offs(precision)
    if lacking := [
        name for name, cut_off in cut_offs.items() if cut_off is None and (labels is None or name in labels)
    ]:
        warnings.warn(
            f"no score of {', '.join(lacking)} reached a precision of {precision:g} on the text that the model was "
            "calibrated on: no entity with that label is kept",
            AnnotatorWarning,
            stacklevel=3,
        )
    return cut_offs


def _curve_to_json(curve: Curve | None) -> dict[str, Any] | None:
    if curve is None:
        return None
    return {"weights": list(curve.weights), "cut_offs": [list(cut_off) for cut_off in curve.cut_offs]}


def _curve_from_json(values: Any) -> Curve | None:
    if values is None:
        return None
    a, b, c = _numbers(values["weights"])
    if a < 0 or b < 0:
        raise ValueError("a weight is negative, so that surer entities would count as less sure")
    return Curve((a, b, c), tuple(CutOff(*_numbers(cut_off)) for cut_off in values["cut_offs"]))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a label is {value!r}")
    return value


def _numbers(values: Any) -> Sequence[float]:
    numbers = [float(value) for value in values]
    if len(numbers) != 3 or not all(map(math.isfinite, numbers)):
        raise ValueError(f"{values!r} are not three numbers")
    return numbers
