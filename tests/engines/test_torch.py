"""The torch engine: devices, and batches that do not fit in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from annotator.engines.batching import Budget
from annotator.engines.torch import TorchEngine, device_names
from annotator.errors import AnnotatorError, UsageError
from annotator.prepare.encode import Window
from support.checkpoints import sample_windows
from support.scored import score_windows


def test_a_batch_that_does_not_fit_is_halved(tiny: Path) -> None:
    engine = TorchEngine(tiny, "cpu")
    model = engine._model

    def limited(input_ids: torch.Tensor, attention_mask: torch.Tensor) -> object:
        if input_ids.numel() > 100:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.\nGPU 0 has ...")
        return model(input_ids=input_ids, attention_mask=attention_mask)

    windows = [window for window in sample_windows(tiny) if len(window.ids) <= 100]
    want = score_windows(windows, engine, Budget(64))
    budget = Budget(1_000)
    engine._model = type("Limited", (), {"config": model.config, "__call__": staticmethod(limited)})()
    for left, right in zip(score_windows(windows, engine, budget), want, strict=True):
        np.testing.assert_allclose(left, right, atol=2e-4)
    assert budget.slots <= 500
    with pytest.raises(
        AnnotatorError, match=r"single window of 200 pieces \(CUDA out of memory. Tried to allocate 20.00 MiB.\)"
    ):
        score_windows([Window(np.full(200, 5), np.array([1]), 0, np.array([0]))], engine, budget)


def test_the_device_for_all_gpus_stands_for_each_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    assert device_names("cuda:all") == ["cuda:0", "cuda:1", "cuda:2"] and device_names("cuda") == ["cuda"]
    monkeypatch.undo()
    if not torch.cuda.is_available():
        with pytest.raises(UsageError, match="no device 'cuda:all': use device cpu or auto"):
            device_names("cuda:all")
