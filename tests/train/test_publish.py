"""The published checkpoint: the bias of `O`, weights in float16."""

from __future__ import annotations

from pathlib import Path

import pytest
from annotator.train.publish import ShiftedEngine, choose_shift, publish

from annotator import Annotator
from support.scored import batch_of
from support.trainings import GOLD


def test_a_shift_moves_the_log_odds_of_outside(tiny: Path, tmp_path: Path) -> None:
    annotator = Annotator.load(str(tiny), device="cpu")
    publish(tiny, tiny, tmp_path, shift=1.5)
    published = Annotator.load(str(tmp_path), device="cpu")
    shifted = ShiftedEngine(annotator.engine)
    shifted.shift = 1.5
    batch = batch_of(list(annotator.encoder.windows([["Angela", "Merkel", "besuchte", "Paris"]])))
    # float16 weights: three digits.
    assert published.engine.scores(batch) == pytest.approx(shifted.scores(batch), abs=0.05)
    assert (tmp_path / "model.safetensors").stat().st_size < (tiny / "model.safetensors").stat().st_size * 0.6


def test_the_shift_with_the_best_worst_case_is_chosen(tiny: Path) -> None:
    annotator = Annotator.load(str(tiny), device="cpu")
    dev = {"a": GOLD[:10], "b": GOLD[10:20]}
    targets = {"a": 0.5, "b": 0.6}
    shift, tried = choose_shift(annotator, dev, targets, [-5.0, 0.0, 100.0])
    worst = {one: min(f1[name] - targets[name] for name in dev) for one, f1 in tried.items()}
    assert list(tried) == [-5.0, 0.0, 100.0] and worst[shift] == max(worst.values())
    assert tried[100.0] == {"a": 0.0, "b": 0.0}  # everything is outside
