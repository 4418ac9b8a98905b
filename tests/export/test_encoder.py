"""Graphs of each architecture, compared with transformers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from annotator.engines.graphs import EXACT_FILE
from annotator.engines.onnx import OnnxEngine
from annotator.errors import UsageError
from annotator.export import export
from annotator.export.encoder import architecture_of
from annotator.prepare.encode import Window
from support.checkpoints import load_reference, save_architecture
from support.scored import batch_of


@pytest.mark.parametrize(
    ("model_type", "config"),
    [
        ("xlm-roberta", {"type_vocab_size": 1}),
        ("roberta", {"type_vocab_size": 2}),
        ("camembert", {}),
        ("bert", {"type_vocab_size": 2}),
        ("bert", {"hidden_act": "relu", "layer_norm_eps": 1e-3}),
        ("distilbert", {}),
        ("distilbert", {"activation": "relu"}),
    ],
)
@torch.inference_mode()
def test_each_architecture_scores_as_transformers_does(
    tmp_path: Path, model_type: str, config: dict[str, object], random_windows: list[Window]
) -> None:
    folder = save_architecture(tmp_path / "model", model_type, config)
    export(folder, folder)
    model = load_reference(folder)
    scored = OnnxEngine(folder, EXACT_FILE).scores(batch_of(random_windows))
    for window, scores in zip(random_windows, scored, strict=True):
        want = model(torch.from_numpy(window.ids)[None]).logits[0].log_softmax(-1).numpy()[window.heads]
        np.testing.assert_allclose(scores[: len(want)], want, atol=1e-4)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@torch.inference_mode()
def test_16_bit_weights_are_used_as_they_are(tmp_path: Path, dtype: torch.dtype, random_windows: list[Window]) -> None:
    folder = save_architecture(tmp_path / "model", "xlm-roberta", dtype=dtype)
    export(folder, tmp_path / "output")
    windows = random_windows[:2]
    (scores, _) = OnnxEngine(tmp_path / "output", EXACT_FILE).scores(batch_of(windows))
    want = load_reference(folder)(torch.from_numpy(windows[0].ids)[None]).logits[0].log_softmax(-1)
    np.testing.assert_allclose(scores[: len(windows[0].heads)], want.numpy()[windows[0].heads], atol=1e-4)
    assert (tmp_path / "output" / EXACT_FILE).stat().st_size < 50_000  # the weights are not in it


@pytest.mark.parametrize(
    "config",
    [
        {"model_type": "electra", "hidden_act": "gelu"},
        {"model_type": "bert", "hidden_act": "gelu_new"},
        {"model_type": "bert", "hidden_act": "gelu", "is_decoder": True},
        {},
    ],
)
def test_an_unsupported_config_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"cannot be exported: use engine torch; the export supports bert, camembert"):
        architecture_of(config)
