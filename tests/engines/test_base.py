"""The values that engines take."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from annotator.engines.base import PRECISIONS, Batch, EngineOptions


def test_every_option_of_an_engine_is_auto_by_default() -> None:
    options = EngineOptions()
    assert (options.engine, options.device, options.precision) == ("auto", "auto", "auto")
    assert options.precision in PRECISIONS


def test_batches_are_frozen() -> None:
    batch = Batch(np.zeros((1, 3), np.int64), np.array([3]), np.array([[1]]))
    with pytest.raises(FrozenInstanceError):
        batch.ids = np.ones((1, 3), np.int64)  # type: ignore[misc]
