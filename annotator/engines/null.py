"""The null engine, which tags nothing. It serves to measure everything around an engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.document import OUTSIDE
from annotator.engines.base import Batch, EngineOptions
from annotator.labels import PANX_TAGS

SLOTS = 1_024


def load(_folder: Path, _options: EngineOptions) -> NullEngine:
    """The null engine, which needs no checkpoint and ignores all options."""
    return NullEngine()


class NullEngine:
    """Scores every word as outside any entity, without computing anything."""

    labels = PANX_TAGS
    slots = max_slots = SLOTS
    streams = 1
    on_gpu = False

    def scores(self, batch: Batch) -> NDArray[np.float32]:
        """Log-probabilities float32 [windows, words, labels]: zero for `O`, minus infinity for the others."""
        scores = np.full((*batch.heads.shape, len(self.labels)), -np.inf, dtype=np.float32)
        scores[:, :, self.labels.index(OUTSIDE)] = 0.0
        return scores
