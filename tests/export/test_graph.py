"""Graphs built node by node."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from annotator.checkpoints.weights import read_tensors
from annotator.export.graph import Graph


@pytest.fixture
def graph(tiny: Path) -> Graph:
    return Graph(read_tensors(tiny))


def test_a_graph_computes_what_its_nodes_say(graph: Graph) -> None:
    doubled = graph.node("Mul", graph.as_float("ids"), graph.constant(np.array(2, dtype=np.float32)))
    scores = graph.node("Unsqueeze", doubled, graph.integers(2))
    model = graph.model(scores, 1, {"checkpoint": "abc"}, extra_outputs=[doubled])
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    ids = np.arange(6).reshape(2, 3)
    feeds = {"ids": ids, "lengths": np.array([3, 3]), "heads": np.zeros((2, 3), np.int64)}
    found, extra = session.run(["scores", doubled], feeds)
    assert (found[:, :, 0] == 2 * ids).all() and (extra == 2 * ids).all()
    assert session.get_modelmeta().custom_metadata_map["checkpoint"] == "abc"


def test_a_weight_is_stored_once_as_a_range_of_its_file(graph: Graph) -> None:
    name = next(name for name in graph.tensors if name.startswith("classifier."))
    assert graph.weight(name) == graph.weight(name) == graph.stored(name) == name
    model = graph.model(name, 1, {})
    (stored,) = model.graph.initializer
    tensor = graph.tensors[name]
    assert stored.data_location == onnx.TensorProto.EXTERNAL and not stored.raw_data
    assert {entry.key: entry.value for entry in stored.external_data} == {
        "location": tensor.path.name,
        "offset": str(tensor.offset),
        "length": str(tensor.length),
    }
