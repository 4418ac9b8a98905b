"""What an engine is: batches of piece ids in, log-probabilities of labels out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from annotator.prepare.encode import Ints

ENGINES = ("auto", "torch", "onnx", "null")
PRECISIONS = ("auto", "exact", "bf16", "int8")
# About 1,000 slots stay in a CPU's cache.
CPU_SLOTS = 1_024
# The graphs that `annotator.export` adds to a checkpoint folder, by precision, and where they say what they were
# made of.
EXACT_FILE, INT8_FILE = "annotator.float32.onnx", "annotator.int8.onnx"
FINGERPRINT = "checkpoint"


class BatchTooLarge(Exception):
    """The device's memory does not hold the batch."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows side by side, padded to the longest.

    `ids` int64 [windows, pieces], filled up with 0; `lengths` int64 [windows]: how many of them count;
    `heads` int64 [windows, words], filled up with 0: where the words to be scored begin.
    """

    ids: Ints
    lengths: Ints
    heads: Ints


class Engine(Protocol):
    """What computes the scores of batches."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the model's tags, in the order of its outputs."""

    @property
    def slots(self) -> int:
        """The piece slots a batch should have on this engine's device to begin with, padding counted."""

    @property
    def most_slots(self) -> int:
        """Up to how many it is worth trying whether more are faster."""

    @property
    def streams(self) -> int:
        """How many threads should ask for scores at once."""

    @property
    def on_gpu(self) -> bool:
        """Whether it leaves the CPU's cores to others while it computes."""

    def scores(self, batch: Batch) -> NDArray[np.float32]:
        """Log-probabilities float32 [windows, words, labels] of the words that begin at `batch.heads`.

        Raises BatchTooLarge for a batch that the device's memory does not hold.
        """


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What computes, on what and how exactly: `engine`, `device` and `precision` by name."""

    engine: str = "auto"
    device: str = "auto"
    precision: str = "auto"
