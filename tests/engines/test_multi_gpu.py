"""Several processes with an engine each, here on the CPU."""

from __future__ import annotations

import os
import pickle
import signal
from pathlib import Path

import numpy as np
import pytest

from annotator.engines.batching import Budget
from annotator.engines.multi_gpu import MultiGpuEngine
from annotator.engines.torch import TorchEngine
from annotator.errors import AnnotatorError
from support.checkpoints import sample_windows
from support.scored import score_windows


@pytest.fixture(scope="module")
def two(tiny: Path) -> MultiGpuEngine:
    """The tiny checkpoint in two processes."""
    return MultiGpuEngine(TorchEngine, tiny, ["cpu", "cpu"], "exact")


@pytest.mark.slow
def test_several_processes_score_as_one(two: MultiGpuEngine, tiny: Path) -> None:
    one = TorchEngine(tiny, "cpu", "exact")
    assert (two.labels, two.slots, two.max_slots, two.on_gpu) == (one.labels, one.slots, one.max_slots, one.on_gpu)
    assert two.streams == 4
    windows = sample_windows(tiny)
    pairs = zip(score_windows(windows, two, Budget(256)), score_windows(windows, one, Budget(256)), strict=True)
    assert all(np.abs(got - want).max() < 1e-5 for got, want in pairs)
    assert pickle.loads(pickle.dumps(two.__reduce__()))[1] == (TorchEngine, tiny, ("cpu", "cpu"), "exact")


@pytest.mark.slow
def test_a_killed_process_is_an_error_that_names_its_device(two: MultiGpuEngine, tiny: Path) -> None:
    _, pool = two._free.get()
    (number,) = pool._processes
    os.kill(number, signal.SIGKILL)
    two._free.put(("cpu", pool))
    with pytest.raises(AnnotatorError, match="the process for device cpu was killed"):
        score_windows(sample_windows(tiny), two, Budget(64))


@pytest.mark.slow
def test_a_checkpoint_that_a_process_cannot_load_is_reported(tmp_path: Path) -> None:
    with pytest.raises(AnnotatorError, match=r"config\.json: cannot be read: No such file"):
        MultiGpuEngine(TorchEngine, tmp_path, ["cpu", "cpu"])
