"""What an engine is: batches of piece ids in, log-probabilities of labels out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # the command line reads the names below without importing NumPy
    import numpy as np
    from numpy.typing import NDArray

    from annotator.prepare.encode import Ints

PRECISIONS = ("auto", "exact", "bf16", "int8")
DEVICES = ("auto", "cpu", "cuda", "cuda:N", "cuda:all", "mps")  # N stands for a number
# About 1,000 slots fit in a CPU's cache.
CPU_SLOTS = 1_024


class BatchTooLarge(Exception):
    """The device does not have enough memory for the batch."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows side by side, padded to the length of the longest.

    `ids` int64 [windows, pieces], padded with 0; `lengths` int64 [windows]: the number of pieces without padding;
    `heads` int64 [windows, words], padded with 0: the positions of the first pieces of the words to score.
    """

    ids: Ints
    lengths: Ints
    heads: Ints


class Engine(Protocol):
    """Computes the scores of batches."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The model's tags, in the order of its outputs."""

    @property
    def slots(self) -> int:
        """The number of piece slots that a batch should start with on this device, padding included."""

    @property
    def max_slots(self) -> int:
        """The largest number of slots worth trying in search of more speed."""

    @property
    def streams(self) -> int:
        """The number of threads that should ask for scores at the same time."""

    @property
    def on_gpu(self) -> bool:
        """Whether the engine leaves the CPU's cores to others while it computes."""

    def scores(self, batch: Batch) -> NDArray[np.float32]:
        """Log-probabilities float32 [windows, words, labels] of the words whose first pieces are at `batch.heads`.

        Raises BatchTooLarge for a batch that does not fit in the device's memory.
        """


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Which engine computes, on which device and how exactly: `engine`, `device` and `precision` by name."""

    engine: str = "auto"
    device: str = "auto"
    precision: str = "auto"
