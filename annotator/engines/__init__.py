"""Engines: a batch of piece ids -> label scores. Nothing outside this folder knows the framework."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..batch import Batch


class Engine(Protocol):
    """What computes the scores of batches."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the model's tags, in the order of its outputs."""

    @property
    def slots(self) -> int:
        """The piece slots a batch should have on this engine's device, padding counted."""

    def scores(self, batch: Batch) -> NDArray[np.float32]:
        """Log-probabilities float32 [windows, words, labels] of the words that begin at `batch.heads`."""
