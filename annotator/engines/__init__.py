"""Engines: a batch of piece ids -> label scores. Nothing outside this folder knows the framework."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..batch import Batch
from ..errors import UsageError

ENGINES = ("auto", "torch", "null")


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


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What computes, on what and how exactly: `engine`, `device` and `precision` by name."""

    engine: str = "auto"
    device: str = "auto"
    precision: str = "auto"


def load_engine(folder: Path, options: EngineOptions) -> Engine:
    """The engine of a checkpoint folder.

    Raises UsageError for an unknown name or a device that is not there, AnnotatorError for a checkpoint that
    cannot be loaded.
    """
    if options.engine == "null":
        from .null import NullEngine

        return NullEngine()
    if options.engine not in ENGINES:
        raise UsageError(f"unknown engine {options.engine!r}: use {', '.join(ENGINES)}")
    from .torch import TorchEngine

    return TorchEngine(folder, options.device)
