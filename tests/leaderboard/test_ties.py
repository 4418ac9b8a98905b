"""The bootstrap over all systems equals that of two."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray

from annotator.evaluate.metrics import compare, prf
from annotator.leaderboard import ties
from annotator.leaderboard.ties import draw_f1, mean_of


@pytest.fixture
def counts() -> list[NDArray[np.int64]]:
    """Three systems on 200 sentences of two names: two that are alike, and one that is worse."""
    random = np.random.default_rng(7)
    found = []
    for share in (0.8, 0.79, 0.5):
        correct = random.binomial(2, share, 200)
        found.append(np.stack([correct, np.full(200, 2), np.full(200, 2)], axis=1).astype(np.int64))
    return found


def test_two_systems_are_compared_as_evaluate_does(
    counts: list[NDArray[np.int64]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ties, "crc32", lambda _: 0)  # the seed of evaluate
    pairs = Counter(
        (tuple(map(int, ours)), tuple(map(int, theirs))) for ours, theirs in zip(counts[0], counts[1], strict=True)
    )
    expected = compare("other", pairs)  # type: ignore[arg-type]
    draws = draw_f1("news", {"one": counts[:1], "other": counts[1:2]})
    assert draws.measured["one"] - draws.measured["other"] == pytest.approx(expected.difference)
    assert draws.p_value("one", "other") == expected.p_value


def test_the_best_and_those_tied_with_it(counts: list[NDArray[np.int64]]) -> None:
    draws = draw_f1("news", {"one": counts[:1], "alike": counts[1:2], "worse": counts[2:]})
    best = draws.best()
    assert {best, *draws.tied()} == {"one", "alike"}
    assert best is not None and draws.p_value(best, "worse") < 0.001
    interval = draws.interval("worse")
    assert interval.low < draws.measured["worse"] < interval.high
    assert draws.measured["worse"] == prf(counts[2].sum(axis=0))[2]


def test_runs_are_averaged(counts: list[NDArray[np.int64]]) -> None:
    draws = draw_f1("news", {"two runs": counts[:2], "one": counts[:1]})
    figures = [float(prf(run.sum(axis=0))[2]) for run in counts[:2]]
    assert draws.measured["two runs"] == pytest.approx(sum(figures) / 2)


def test_means_are_drawn_independently(counts: list[NDArray[np.int64]]) -> None:
    systems = {"one": counts[:1], "other": counts[1:2]}
    some, others = draw_f1("news", systems), draw_f1("web", systems)
    mean = mean_of([some, others], list(systems))
    assert mean.measured["one"] == pytest.approx(some.measured["one"])
    assert abs(np.corrcoef(some.drawn["one"], others.drawn["one"])[0, 1]) < 0.05
    assert mean.drawn["one"].std() == pytest.approx(some.drawn["one"].std() / np.sqrt(2), rel=0.05)
