"""Windows scored at once, for tests of what does that."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from annotator.batch import Budget, Scorer
from annotator.encode import Window
from annotator.engines import Engine


def score_windows(windows: Sequence[Window], engine: Engine, budget: Budget) -> list[NDArray[np.float32]]:
    """Log-probabilities float32 [words, labels] of each window."""
    with Scorer(engine.streams) as scorer:
        return scorer.begin(windows, engine, budget).scores()
