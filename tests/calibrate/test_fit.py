"""Points -> a calibration."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from annotator.calibrate.fit import COMMON_RIDGE, IDENTITY, calibration_error, fit, measure, probabilities
from annotator.calibrate.points import Points
from annotator.calibration import Calibration, Curve
from annotator.evaluate import metrics
from annotator.evaluate.matching import Span, Tally


def points(curve: Curve, count: int, label: str = "X", seed: int = 0) -> Points:
    """Entities whose scores have this curve in truth."""
    random = np.random.default_rng(seed)
    scores = random.beta(4, 1, count).round(4)
    right = random.random(count) < np.array([curve(score) for score in scores.tolist()])
    return Points("c", np.full(count, label), scores, right, np.arange(count))


def joined(*parts: Points) -> Points:
    arrays = [[getattr(part, name) for part in parts] for name in ("labels", "scores", "right", "documents")]
    return Points("c", *map(np.concatenate, arrays))


def test_the_curve_that_scores_have_is_found() -> None:
    truth = Curve((0.5, 2.0, -1.0))
    found = fit([points(truth, 20_000)], ["X"])
    for score in (0.3, 0.5, 0.7, 0.9, 0.97):
        assert found("X", score) == pytest.approx(truth(score), abs=0.03)


def test_the_weights_are_those_of_a_logistic_regression() -> None:
    given = points(Curve((0.5, 2.0, -1.0)), 500)
    scores = np.clip(given.scores, 1e-4, 1 - 1e-4)
    features = np.stack([np.log(scores), -np.log1p(-scores), np.ones(500)], axis=1)
    common = fit([given], ["Y"]).common
    assert common
    # The same loss, with the ridge as points: scikit-learn's penalty is around 0, so the weights are near, not equal.
    theirs = LogisticRegression(C=1 / COMMON_RIDGE, fit_intercept=False, tol=1e-8).fit(features, given.right)
    assert common.weights == pytest.approx(theirs.coef_[0], abs=0.25)
    assert np.abs(np.array(common.weights) - IDENTITY).max() > 0.3  # it did learn


@pytest.mark.parametrize("right", [True, False])
def test_entities_that_are_all_right_or_all_wrong_give_a_rising_curve(right: bool) -> None:
    given = points(Curve(), 60)
    found = fit([Points("c", given.labels, given.scores, np.full(60, right), given.documents)], ["X"])
    low, high = found("X", 0.5), found("X", 0.95)
    assert 0 <= low <= high <= 1 and (low > 0.5 if right else high < 0.5)


def test_a_score_that_misleads_gives_no_falling_curve() -> None:
    given = points(Curve(), 2_000)
    found = fit([Points("c", given.labels, given.scores, given.scores < 0.8, given.documents)], ["X"])
    assert found("X", 0.2) <= found("X", 0.99)


def test_a_label_with_few_entities_has_no_curve_of_its_own() -> None:
    found = fit([joined(points(Curve(), 300), points(Curve((1.0, 1.0, -2.0)), 10, "Y"))], ["X", "Y"])
    assert set(found.curves) == {"X"} and found.labels == ("X", "Y")


def test_500_labels_make_a_small_calibration() -> None:
    labels = [f"a label: {number}" for number in range(500)]
    found = fit([joined(*(points(Curve(), 4, label, seed) for seed, label in enumerate(labels)))], labels)
    assert not found.curves and found.common and found("a label: 7", 0.9) > found("a label: 7", 0.5)


def test_cut_offs_say_what_they_keep() -> None:
    given = points(Curve(), 1_000)
    found = fit([given], ["X"])
    values = probabilities(found, given)
    cut_offs = found.curves["X"].cut_offs
    assert len(cut_offs) > 15 and cut_offs[-1].kept == 1
    for cut_off in cut_offs:
        kept = values >= cut_off.score
        assert cut_off.kept == pytest.approx(kept.mean(), abs=1e-4)
        assert cut_off.precision == pytest.approx(given.right[kept].mean(), abs=1e-4)
        assert kept.sum() >= 20


def test_no_corpus_drowns_the_others() -> None:
    sure, unsure = Curve((1.0, 1.0, 2.0)), Curve((1.0, 1.0, -2.0))
    large, small = points(sure, 9_000), points(unsure, 1_000, seed=1)
    alone = fit([joined(large, small)], ["X"])("X", 0.8)
    assert fit([large, small], ["X"])("X", 0.8) < alone


def test_the_error_is_that_of_the_evaluation() -> None:
    given = points(Curve((1.0, 2.0, 0.0)), 500)
    tally = Tally()
    for score, right in zip(given.scores.tolist(), given.right.tolist(), strict=True):
        tally.add([Span(0, 1, "X" if right else "Y")], [Span(0, 1, "X", score)])
    expected = metrics.calibration(tally)
    assert expected and calibration_error(given.scores, given.right) == pytest.approx(expected.ece)


def test_a_calibration_is_measured_on_the_other_half() -> None:
    (found,) = measure([points(Curve((0.5, 2.0, -2.0)), 4_000)], ["X"], Calibration(("X",)))
    assert found.entities == 4_000 and found.after < 0.03 < found.before
    for reached in found.reached:
        assert reached.precision == pytest.approx(reached.target, abs=0.03) and 0 < reached.kept < 1


def test_one_document_is_halved_as_well() -> None:
    given = points(Curve(), 200)
    alone = Points("c", given.labels, given.scores, given.right, np.zeros(200, dtype=np.int64))
    assert measure([alone], ["X"], Calibration(("X",)))[0].after < 0.2
