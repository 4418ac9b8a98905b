"""The published checkpoint: adjusted, weights in float16."""

from __future__ import annotations

from pathlib import Path

import pytest
from annotator.train.publish import AdjustedEngine, Adjustment, publish, shortfall, try_all

from annotator import Annotator
from support.scored import batch_of
from support.trainings import GOLD

ADJUSTMENT = Adjustment(shift=1.5, temperature=1.3)


def test_an_adjustment_can_be_folded_into_the_classifier(tiny: Path, tmp_path: Path) -> None:
    annotator = Annotator.load(str(tiny), device="cpu")
    publish(tiny, tiny, tmp_path, ADJUSTMENT)
    published = Annotator.load(str(tmp_path), device="cpu")
    adjusted = AdjustedEngine(annotator.engine)
    adjusted.adjustment = ADJUSTMENT
    batch = batch_of(list(annotator.encoder.windows([["Angela", "Merkel", "besuchte", "Paris"]])))
    # float16 weights: three digits.
    assert published.engine.scores(batch) == pytest.approx(adjusted.scores(batch), abs=0.05)
    assert (tmp_path / "model.safetensors").stat().st_size < (tiny / "model.safetensors").stat().st_size * 0.6


def test_adjustments_are_measured_on_each_corpus(tiny: Path) -> None:
    annotator = Annotator.load(str(tiny), device="cpu")
    dev = {"a": GOLD[:10], "b": GOLD[10:20]}
    engine = AdjustedEngine(annotator.engine)
    tried = list(try_all(annotator, engine, dev, [Adjustment(0.0), Adjustment(100.0), Adjustment(0.0, 50.0)]))
    assert [adjustment for adjustment, _, _ in tried] == [Adjustment(0.0), Adjustment(100.0), Adjustment(0.0, 50.0)]
    assert tried[1][1] == {"a": 0.0, "b": 0.0} and tried[1][2] == {"a": 0.0, "b": 0.0}  # everything is outside
    assert tried[0][1] == tried[2][1] and tried[0][2] != tried[2][2]  # a temperature changes scores, not entities


def test_the_shortfall_counts_only_what_is_below_its_target() -> None:
    assert shortfall({"a": 0.5, "b": 0.9, "c": 0.0}, {"a": 0.7, "b": 0.8}) == pytest.approx(0.2)
