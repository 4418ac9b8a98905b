"""Pieces of a document -> a vector: the mean of what the model's encoder is given for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.checkpoints.weights import read_tensors
from annotator.errors import AnnotatorError

EMBEDDINGS = "word_embeddings.weight"  # how the names of such tensors end
DIMENSIONS = 128
# Vocabularies are sorted by frequency, so that the weight of a piece follows from its rank; at this one it is half of
# that of the rarest (after Arora, Liang and Ma, "A simple but tough-to-beat baseline for sentence embeddings", 2017).
HALF_WEIGHT_RANK = 1_000


class PieceVectors:
    """The embeddings of a checkpoint's pieces, projected to DIMENSIONS dimensions at random, and weighted by rarity."""

    def __init__(self, folder: Path) -> None:
        """Read the checkpoint `folder`. Raises AnnotatorError for one whose weights have no embeddings of pieces."""
        tensors = read_tensors(folder)
        name = next((name for name in tensors if name.endswith(EMBEDDINGS)), None)
        if name is None:
            raise AnnotatorError(f"{folder}: the weights have no {EMBEDDINGS}", "name another {model}")
        embeddings = tensors[name].values()
        projection = np.random.default_rng(0).normal(size=(embeddings.shape[1], DIMENSIONS)).astype(np.float32)
        ranks = np.arange(len(embeddings), dtype=np.float32)[:, None]
        self._vectors = ((embeddings - embeddings.mean(axis=0)) @ projection) * (ranks / (ranks + HALF_WEIGHT_RANK))

    def of(self, pieces: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vector float32 [DIMENSIONS] of these pieces, of length 1; zeros for none."""
        total = self._vectors[pieces].sum(axis=0)
        length = np.linalg.norm(total)
        return np.asarray(total / length if length else total, dtype=np.float32)
