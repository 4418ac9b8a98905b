"""Products in 8 bits: weights rounded once, activations within ranges that were measured beforehand.

Weights are signed and symmetric, with a scale for each output, and use only 7 bits: the sum of two 8-bit products
would silently overflow the 16 bits in which processors without VNNI add them. Activations are unsigned with one fixed
range for each product, so that no score depends on the rest of a batch. The first and the last piece of a window have
a few activations many times as large as all others; the part that exceeds the range there is added in float32.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.export.encoder import float_linear
from annotator.export.graph import CONTRIB_DOMAIN, Graph

LEVELS = 255
WEIGHT_LIMIT = 63


@dataclass(frozen=True, slots=True)
class Range:
    """The range of the inputs of a product.

    Nearly all inputs of inner pieces lie between `low` and `high`; `outliers` int64 [channels] are the channels in
    which the first or last pieces of windows exceed them.
    """

    low: float
    high: float
    outliers: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Int8Linear:
    """Computes products in 8 bits if `ranges` has the layer's name, and in float32 otherwise.

    `ends` is the value that `encoder.end_rows` returns.
    """

    ranges: Mapping[str, Range]
    ends: str

    def __call__(self, graph: Graph, rows: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """float32 [rows, out] for each of the layers `names`, which all multiply the same `rows` [rows, in]."""
        if names[0] not in self.ranges:
            return float_linear(graph, rows, names)
        measured = self.ranges[names[0]]
        low, high = min(measured.low, 0.0), max(measured.high, 0.0)  # zero must be one of the levels
        step = np.float32((high - low) / LEVELS)
        zero = np.uint8(round(-low / step))
        scale, point = graph.constant(np.array(step)), graph.constant(np.array(zero))
        levels = graph.node("QuantizeLinear", rows, scale, point)
        low, high = float((0 - int(zero)) * step), float((LEVELS - int(zero)) * step)
        excess = self._excess(graph, rows, low, high, measured.outliers) if len(measured.outliers) else None
        products = []
        for name in names:
            weight = graph.tensors[f"{name}.weight"].values()
            quantized, scales = round_weight(weight)
            product = graph.node(
                "MatMulIntegerToFloat",
                levels,
                graph.constant(quantized.T),
                scale,
                graph.constant(scales),
                point,
                "",
                graph.weight(f"{name}.bias"),
                domain=CONTRIB_DOMAIN,
            )
            if excess:
                added = graph.node("MatMul", excess, graph.constant(weight[:, measured.outliers].T))
                product = graph.node("ScatterND", product, self.ends, added, reduction="add")
            products.append(product)
        return tuple(products)

    def _excess(self, graph: Graph, rows: str, low: float, high: float, outliers: NDArray[np.int64]) -> str:
        """float32 [ends, outliers]: by how much first and last pieces exceed the range in those channels."""
        ends = graph.node("GatherND", rows, self.ends)
        chosen = graph.node("Gather", ends, graph.constant(outliers), axis=1)
        limits = [graph.constant(np.array(limit, dtype=np.float32)) for limit in (low, high)]
        return graph.node("Sub", chosen, graph.node("Clip", chosen, *limits))


def round_weight(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """int8 [out, in] and float32 [out]: a weight matrix and the scale of each output with the least squared error."""
    largest = np.abs(weight).max(axis=1)
    best = np.full(len(weight), np.inf)
    scales = np.empty(len(weight), dtype=np.float32)
    for fraction in np.linspace(0.7, 1.0, 16, dtype=np.float32):  # clipping helps outputs with a few large weights
        step = np.maximum(largest * fraction, 1e-12) / WEIGHT_LIMIT
        error = np.square(_rounded(weight, step) * step[:, None] - weight).sum(axis=1)
        scales = np.where(error < best, step, scales)
        best = np.minimum(error, best)
    return _rounded(weight, scales).astype(np.int8), scales


def _rounded(weight: NDArray[np.float32], step: NDArray[np.float32]) -> NDArray[np.float32]:
    rounded: NDArray[np.float32] = np.clip(np.rint(weight / step[:, None]), -WEIGHT_LIMIT, WEIGHT_LIMIT)
    return rounded
