"""The onnx engine: which graphs it refuses, pickles, batches."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

from annotator.engines import load_engine
from annotator.engines.base import EngineOptions
from annotator.engines.batching import Budget
from annotator.engines.graphs import EXACT_FILE, INT8_FILE
from annotator.engines.onnx import OnnxEngine
from annotator.engines.torch import TorchEngine
from annotator.errors import AnnotatorError
from annotator.export import export
from annotator.prepare.encode import Window
from support.checkpoints import load_reference, sample_windows
from support.scored import batch_of, score_windows

ONNX = EngineOptions("onnx", "cpu")


def test_the_padding_piece_in_a_text_takes_no_position(graphs: Path) -> None:
    first, second = sample_windows(graphs)[:2]
    ids = first.ids.copy()
    ids[3] = 1
    batch = batch_of([Window(ids, first.heads, 0, first.words), second])
    want = TorchEngine(graphs, "cpu").scores(batch)[0, : len(first.heads)]
    got = OnnxEngine(graphs, EXACT_FILE).scores(batch)[0, : len(first.heads)]
    np.testing.assert_allclose(got, want, atol=2e-4)


def test_int8_does_not_depend_on_the_batch(graphs: Path) -> None:
    engine = OnnxEngine(graphs, INT8_FILE)
    windows = sample_windows(graphs)
    together = score_windows(windows, engine, Budget(2_048))
    alone = score_windows(windows, engine, Budget(1))
    for left, right in zip(together, alone, strict=True):
        np.testing.assert_allclose(left, right, atol=1e-3)


def test_a_graph_of_other_weights_is_refused(graphs: Path, tmp_path: Path) -> None:
    output = tmp_path / "changed"
    export(graphs, output)
    model = load_reference(graphs)
    with torch.no_grad():
        model.classifier.bias += 1
    model.save_pretrained(output)
    with pytest.raises(AnnotatorError, match=r"annotator.float32.onnx: made from other weights .* models export"):
        load_engine(output, ONNX)


@pytest.mark.parametrize("content", [b"", b"no graph", b"\x08\x09"])
def test_a_damaged_graph_is_refused(graphs: Path, tmp_path: Path, content: bytes) -> None:
    output = tmp_path / "damaged"
    file = export(graphs, output)
    file.write_bytes(content)
    with pytest.raises(AnnotatorError, match=r"ONNX Runtime cannot load it \(.+\): export it again"):
        load_engine(output, ONNX)


def test_an_unpickled_engine_scores_alike(graphs: Path) -> None:
    engine = load_engine(graphs, ONNX)
    batch = batch_of(sample_windows(graphs)[:3])
    pickled = pickle.dumps(engine)
    assert len(pickled) < 1_000
    assert (pickle.loads(pickled).scores(batch) == engine.scores(batch)).all()
