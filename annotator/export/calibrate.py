"""The ranges of a graph's activations, measured on text."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from annotator.checkpoints.weights import Tensor
from annotator.engines.base import CPU_SLOTS, Batch
from annotator.engines.batching import by_length, make_batch
from annotator.export.encoder import Shape, build, float_linear
from annotator.export.graph import Graph
from annotator.export.int8 import LEVELS, Range
from annotator.prepare.encode import Windows

Floats = NDArray[np.float32]
# One of so many inner activations is looked at more closely.
SAMPLED = 16
BINS = 4_096
# Shares of the whole range that are tried as ranges: most activations are far from the largest.
SHARES = np.linspace(1.0, 0.3, 8)
# A channel is an outlier if the first or last piece is beyond the range there by this share of it.
BEYOND = 0.02


@dataclass(slots=True)
class _Seen:
    """What went into a product: a sample of inner pieces, and the largest and smallest of the ends by channel."""

    low: float = 0.0
    high: float = 0.0
    inner: list[Floats] = field(default_factory=list)
    ends: list[Floats] = field(default_factory=list)

    def add(self, inner: Floats, ends: Floats) -> None:
        self.low, self.high = min(self.low, float(inner.min())), max(self.high, float(inner.max()))
        self.inner.append(inner.ravel()[::SAMPLED])
        if len(ends):
            self.ends += [ends.min(axis=0), ends.max(axis=0)]

    def range(self) -> Range:
        """The range with the least squared error of inner pieces, and the channels in which the ends are beyond."""
        counts, edges = np.histogram(np.concatenate(self.inner), BINS)
        middles = (edges[1:] + edges[:-1]) / 2
        tried = [(low, high) for low in self.low * SHARES for high in self.high * SHARES if low < high]
        low, high = min(tried, key=lambda limits: _error(middles, counts, *limits))
        outliers = np.array([], dtype=np.int64)
        if self.ends:
            beyond = np.maximum(np.array(self.ends) - high, low - np.array(self.ends)).max(axis=0)
            outliers = np.flatnonzero(beyond > BEYOND * (high - low))
        return Range(float(low), float(high), outliers)


def _error(values: NDArray[np.float64], counts: NDArray[np.int64], low: float, high: float) -> float:
    step = (high - low) / LEVELS
    return float(counts @ np.square(np.clip(np.rint(values / step) * step, low, high) - values))


def measure_ranges(tensors: dict[str, Tensor], shape: Shape, folder: Path, windows: Windows) -> dict[str, Range]:
    """The range of what goes into each product of an encoder, by the name of its (first) layer, on these windows."""
    inputs: dict[str, str] = {}  # of products, by layer

    def watching(graph: Graph, rows: str, names: tuple[str, ...]) -> tuple[str, ...]:
        inputs[names[0]] = rows
        return float_linear(graph, rows, names)

    graph = Graph(tensors)
    output = build(graph, shape, watching)
    session = _session(graph.model(output, shape.labels, {}, inputs.values()).SerializeToString(), folder)
    seen = {name: _Seen() for name in inputs}
    for numbers in by_length(windows.lengths, CPU_SLOTS):
        batch = make_batch(windows, numbers)
        values = session.run(list(inputs.values()), {"ids": batch.ids, "lengths": batch.lengths, "heads": batch.heads})
        for one, rows in zip(seen.values(), values, strict=True):
            one.add(*_parts(rows.reshape(-1, rows.shape[-1]), batch))
    return {name: one.range() for name, one in seen.items()}


def _session(model: bytes, folder: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(folder))
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _parts(rows: Floats, batch: Batch) -> tuple[Floats, Floats]:
    """The rows of inner pieces, and of the first and last; filling is neither. In the last layer rows are words."""
    if len(rows) != batch.ids.size:
        return rows[batch.heads.ravel() > 0], rows[:0]
    places = np.arange(batch.ids.shape[1])
    inner = (places > 0) & (places < batch.lengths[:, None] - 1)
    ends = (places == 0) | (places == batch.lengths[:, None] - 1)
    return rows[inner.ravel()], rows[ends.ravel()]
