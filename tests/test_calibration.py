"""Scores of entities -> probabilities."""

from __future__ import annotations

import math
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.calibration import Calibration, Curve, CutOff, least_scores
from annotator.errors import UsageError
from annotator.json_values import AnnotatorWarning

SHARES = st.floats(0, 1)
WEIGHTS = st.tuples(st.floats(0, 20), st.floats(0, 20), st.floats(-20, 20))
CUT_OFFS = (CutOff(0.9, 1.0, 0.1), CutOff(0.8, 0.92, 0.4), CutOff(0.7, 0.94, 0.6), CutOff(0.2, 0.8, 1.0))


@given(SHARES, SHARES, WEIGHTS)
def test_a_surer_entity_is_never_less_probable(one: float, other: float, weights: tuple[float, float, float]) -> None:
    curve = Curve(weights)
    low, high = sorted((one, other))
    assert 0 <= curve(low) <= curve(high) <= 1


@given(st.floats(0.001, 0.999))
def test_the_weights_1_1_0_leave_scores_as_they_are(score: float) -> None:
    assert Curve()(score) == pytest.approx(score, abs=1e-9)


def test_the_map_is_that_of_beta_calibration() -> None:
    odds = 0.5 * math.log(0.8) - 2 * math.log(0.2) + 0.3
    assert Curve((0.5, 2.0, 0.3))(0.8) == pytest.approx(1 / (1 + math.exp(-odds)))


def test_the_lowest_score_that_reaches_a_precision_is_the_cut_off() -> None:
    curve = Curve(cut_offs=CUT_OFFS)
    assert curve.cut_off(0.93) == 0.7 and curve.cut_off(0.95) == 0.9 and curve.cut_off(0.5) == 0.2
    assert Curve(cut_offs=CUT_OFFS[1:]).cut_off(0.95) is None


def test_a_label_without_a_curve_has_the_common_one() -> None:
    calibration = Calibration(("PER", "a b:c"), "mean", Curve((1.0, 1.0, -1.0), CUT_OFFS), {"PER": Curve()})
    assert calibration("PER", 0.7) == 0.7 > calibration("a b:c", 0.7)
    assert calibration.cut_offs(0.95) == {"PER": None, "a b:c": 0.9}
    assert Calibration.from_json(calibration.to_json()) == calibration


def test_scores_stay_without_a_calibration() -> None:
    assert Calibration()("X", 0.12344) == 0.1234


def test_labels_of_which_nothing_is_kept_are_named() -> None:
    calibration = Calibration(("PER", "ORG"), curves={"PER": Curve(cut_offs=CUT_OFFS)})
    with pytest.warns(AnnotatorWarning, match=r"no score of ORG reached a precision of 0\.95"):
        assert least_scores("m", calibration, 0.95, None) == {"PER": 0.9, "ORG": None}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        least_scores("m", calibration, 0.95, ["PER"])
        assert least_scores("m", None, None, None) == {}
    with pytest.raises(UsageError, match="model m is not calibrated"):
        least_scores("m", None, 0.9, None)
