"""Windows batched and scored at once, for tests of what does that."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from annotator.engines.base import Batch, Engine
from annotator.engines.batching import Budget, Scorer, make_batch
from annotator.prepare.encode import Window, Windows


def score_windows(windows: Sequence[Window], engine: Engine, budget: Budget) -> list[NDArray[np.float32]]:
    """Log-probabilities float32 [words, labels] of each window."""
    with Scorer(engine.streams) as scorer:
        together = Windows.of(windows)
        scores = scorer.submit(together, engine, budget).result()
    return [scores[start:end] for start, end in pairwise(together.word_borders)]


def batch_of(windows: Sequence[Window]) -> Batch:
    """All of them in one batch, in their order."""
    return make_batch(Windows.of(windows), np.arange(len(windows)))
