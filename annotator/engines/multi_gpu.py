"""Several GPUs at once: one process with an engine for each of them."""

from __future__ import annotations

import queue
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.engines.base import Batch, Engine
from annotator.errors import AnnotatorError
from annotator.system.processes import end_with_parent, spawned_pool

MakeEngine = Callable[[Path, str, str], Engine]  # from a folder, a device and a precision
# Batches under way per device: while one is computed, the next one is sent.
BATCHES_PER_DEVICE = 2


class MultiGpuEngine:
    """An engine on each of `devices`; each batch goes to the first one that is free.

    `make` makes the engine of a device and must be picklable, such as the class `TorchEngine`. Raises what it raises.
    A pickle holds the arguments, not the weights.
    """

    def __init__(self, make: MakeEngine, folder: Path, devices: Sequence[str], precision: str = "auto") -> None:
        self._arguments = (make, folder, tuple(devices), precision)
        pools = [spawned_pool(1, _set_up_process) for _ in devices]  # CUDA cannot be used in a forked process
        loading = [
            pool.submit(_load, make, folder, device, precision) for device, pool in zip(devices, pools, strict=True)
        ]
        for device, loaded in zip(devices, loading, strict=True):
            with _naming_dead_process(device):
                self.labels, self.slots, self.max_slots, self.on_gpu = loaded.result()
        self.streams = BATCHES_PER_DEVICE * len(devices)
        self._free: queue.SimpleQueue[tuple[str, ProcessPoolExecutor]] = queue.SimpleQueue()
        for _ in range(BATCHES_PER_DEVICE):
            for device_and_pool in zip(devices, pools, strict=True):
                self._free.put(device_and_pool)

    def __reduce__(self) -> tuple[type[MultiGpuEngine], tuple[MakeEngine, Path, tuple[str, ...], str]]:
        return type(self), self._arguments

    def scores(self, batch: Batch) -> NDArray[np.float32]:
        """Log-probabilities float32 [windows, words, labels] of the words whose first pieces are at `batch.heads`.

        Raises BatchTooLarge for a batch that does not fit in the device's memory, AnnotatorError if its process dies.
        """
        device, pool = self._free.get()
        try:
            with _naming_dead_process(device):
                return pool.submit(_scores, batch).result()
        finally:
            self._free.put((device, pool))


@contextmanager
def _naming_dead_process(device: str) -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as error:
        raise AnnotatorError(
            f"the process for device {device} was killed, perhaps for lack of memory",
            "use one {device}, such as cuda:0",
        ) from error


_engine: Engine | None = None


def _set_up_process() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the parent ends the others
    end_with_parent()


def _load(make: MakeEngine, folder: Path, device: str, precision: str) -> tuple[tuple[str, ...], int, int, bool]:
    global _engine  # noqa: PLW0603  # keeps the engine in the pool's process
    _engine = make(folder, device, precision)
    return _engine.labels, _engine.slots, _engine.max_slots, _engine.on_gpu


def _scores(batch: Batch) -> NDArray[np.float32]:
    assert _engine is not None
    return _engine.scores(batch)
