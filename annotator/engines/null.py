"""The null engine: tags nothing. For measuring all that is around an engine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from annotator.document import OUTSIDE
from annotator.engines.base import Batch
from annotator.labels import PANX_TAGS

SLOTS = 1_024


class NullEngine:
    """Says of every word that it is in no name, at once."""

    labels = PANX_TAGS
    slots = most_slots = SLOTS
    streams = 1
    on_gpu = False

    def scores(self, batch: Batch) -> NDArray[np.float32]:
        """Log-probabilities float32 [windows, words, labels]: zero for `O`, minus infinity for the others."""
        scores = np.full((*batch.heads.shape, len(self.labels)), -np.inf, dtype=np.float32)
        scores[:, :, self.labels.index(OUTSIDE)] = 0.0
        return scores
