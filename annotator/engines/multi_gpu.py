"""Several devices at once: a torch engine in a process of its own for each."""

from __future__ import annotations

import queue
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from annotator.engines.base import Batch
from annotator.errors import AnnotatorError
from annotator.system.processes import end_with_parent, spawned_pool

if TYPE_CHECKING:
    from annotator.engines.torch import TorchEngine

# Batches under way for each device: while one is computed the next is on its way there.
BATCHES_A_DEVICE = 2


class MultiGpuEngine:
    """A torch engine on each of `devices`; a batch goes to the first one that is free.

    Raises what `TorchEngine` raises. Pickled as what was asked for.
    """

    def __init__(self, folder: Path, devices: Sequence[str], precision: str = "auto") -> None:
        self._loading = (folder, tuple(devices), precision)
        pools = [spawned_pool(1, _begin) for _ in devices]  # CUDA cannot be used in a forked process
        loading = [pool.submit(_load, folder, device, precision) for device, pool in zip(devices, pools, strict=True)]
        for device, about in zip(devices, loading, strict=True):
            with _death_told(device):
                self.labels, self.slots, self.most_slots, self.on_gpu = about.result()
        self.streams = BATCHES_A_DEVICE * len(devices)
        self._free: queue.SimpleQueue[tuple[str, ProcessPoolExecutor]] = queue.SimpleQueue()
        for _ in range(BATCHES_A_DEVICE):
            for free in zip(devices, pools, strict=True):
                self._free.put(free)

    def __reduce__(self) -> tuple[type[MultiGpuEngine], tuple[Path, tuple[str, ...], str]]:
        return type(self), self._loading

    def scores(self, batch: Batch) -> NDArray[np.float32]:
        """Log-probabilities float32 [windows, words, labels] of the words that begin at `batch.heads`.

        Raises BatchTooLarge if the memory of the device does not hold the batch, AnnotatorError if its process dies.
        """
        free = device, pool = self._free.get()
        try:
            with _death_told(device):
                return pool.submit(_scores, batch).result()
        finally:
            self._free.put(free)


@contextmanager
def _death_told(device: str) -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as error:
        raise AnnotatorError(
            f"the process of device {device} was killed, perhaps for want of memory: use fewer devices"
        ) from error


_engine: TorchEngine | None = None


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes: the first one ends the others
    end_with_parent()


def _load(folder: Path, device: str, precision: str) -> tuple[tuple[str, ...], int, int, bool]:
    global _engine  # noqa: PLW0603  # the way to keep something in a pool's process
    from annotator.engines.torch import TorchEngine

    _engine = TorchEngine(folder, device, precision)
    return _engine.labels, _engine.slots, _engine.most_slots, _engine.on_gpu


def _scores(batch: Batch) -> NDArray[np.float32]:
    assert _engine is not None
    return _engine.scores(batch)
