"""Ranges for the activations of a graph, measured on text."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from annotator.checkpoints.weights import Tensor
from annotator.engines.base import CPU_SLOTS, Batch
from annotator.engines.batching import batches_by_length, make_batch
from annotator.export.encoder import Architecture, build, float_linear
from annotator.export.graph import Graph
from annotator.export.int8 import LEVELS, Range
from annotator.prepare.encode import Windows

Floats = NDArray[np.float32]
# One in this many activations of inner pieces goes into the histogram.
SAMPLING_INTERVAL = 16
BINS = 4_096
# Fractions of the full range that are tried, because most activations are far from the largest.
FRACTIONS = np.linspace(1.0, 0.3, 8)
# A channel has outliers if a first or last piece exceeds the range there by this fraction of it.
OUTLIER_FRACTION = 0.02


@dataclass(slots=True)
class _Inputs:
    """The inputs of a product: the extremes and a sample of those of inner pieces, and for the first and last pieces
    of windows the smallest and the largest in each channel."""

    low: float = 0.0
    high: float = 0.0
    inner: list[Floats] = field(default_factory=list)
    ends: list[Floats] = field(default_factory=list)

    def add(self, inner: Floats, ends: Floats) -> None:
        self.low, self.high = min(self.low, float(inner.min())), max(self.high, float(inner.max()))
        self.inner.append(inner.ravel()[::SAMPLING_INTERVAL])
        if len(ends):
            self.ends += [ends.min(axis=0), ends.max(axis=0)]

    def range(self) -> Range:
        """The range with the least squared error for inner pieces, and the channels in which the ends exceed it."""
        counts, edges = np.histogram(np.concatenate(self.inner), BINS)
        middles = (edges[1:] + edges[:-1]) / 2
        candidates = [(low, high) for low in self.low * FRACTIONS for high in self.high * FRACTIONS if low < high]
        low, high = min(candidates, key=lambda limits: _error(middles, counts, *limits))
        outliers = np.array([], dtype=np.int64)
        if self.ends:
            excess = np.maximum(np.array(self.ends) - high, low - np.array(self.ends)).max(axis=0)
            outliers = np.flatnonzero(excess > OUTLIER_FRACTION * (high - low))
        return Range(float(low), float(high), outliers)


def _error(values: NDArray[np.float64], counts: NDArray[np.int64], low: float, high: float) -> float:
    """The squared error of rounding a histogram's values to the levels between `low` and `high`."""
    step = (high - low) / LEVELS
    return float(counts @ np.square(np.clip(np.rint(values / step) * step, low, high) - values))


def measure_ranges(
    tensors: dict[str, Tensor], architecture: Architecture, folder: Path, windows: Windows
) -> dict[str, Range]:
    """The range of the inputs of each product of an encoder on these windows, by the name of its (first) layer.

    `folder` has the safetensors files with the tensors.
    """
    names_of_inputs: dict[str, str] = {}  # by layer

    def recording_linear(graph: Graph, rows: str, names: tuple[str, ...]) -> tuple[str, ...]:
        names_of_inputs[names[0]] = rows
        return float_linear(graph, rows, names)

    graph = Graph(tensors)
    output = build(graph, architecture, recording_linear)
    model = graph.model(output, architecture.labels, {}, names_of_inputs.values())
    session = _session(model.SerializeToString(), folder)
    inputs = {name: _Inputs() for name in names_of_inputs}
    for indices in batches_by_length(windows.lengths, CPU_SLOTS):
        batch = make_batch(windows, indices)
        feeds = {"ids": batch.ids, "lengths": batch.lengths, "heads": batch.heads}
        values = session.run(list(names_of_inputs.values()), feeds)
        for of_layer, rows in zip(inputs.values(), values, strict=True):
            of_layer.add(*_split(rows.reshape(-1, rows.shape[-1]), batch))
    return {name: of_layer.range() for name, of_layer in inputs.items()}


def _session(model: bytes, folder: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(folder))
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _split(rows: Floats, batch: Batch) -> tuple[Floats, Floats]:
    """The rows of inner pieces, and those of first and last pieces, without padding.

    In the last layer there are only rows of words, all of which are inner pieces.
    """
    if len(rows) != batch.ids.size:
        return rows[batch.heads.ravel() > 0], rows[:0]
    positions = np.arange(batch.ids.shape[1])
    inner = (positions > 0) & (positions < batch.lengths[:, None] - 1)
    ends = (positions == 0) | (positions == batch.lengths[:, None] - 1)
    return rows[inner.ravel()], rows[ends.ravel()]
