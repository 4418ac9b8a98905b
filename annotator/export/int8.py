"""Products in 8 bits: weights rounded once, activations within ranges that were measured beforehand.

Weights are signed, symmetric, with a scale for each output, and keep to 7 bits: two products of 8 bits would overflow
the 16 bits in which processors without VNNI add them up, silently. Activations are unsigned with one fixed range for
each product, so that no score depends on what else is in a batch. The first and the last piece of a window have a few
activations many times as large as all others: what is beyond the range there is added in float32.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.export.encoder import float_linear
from annotator.export.graph import CONTRIB, Graph

LEVELS = 255
WEIGHT_LIMIT = 63


@dataclass(frozen=True, slots=True)
class Range:
    """What is known of the inputs of a product.

    Those of inner pieces lie between `low` and `high`, but for a few; `outliers` int64 [channels] are the channels in
    which the first or last piece of windows goes beyond.
    """

    low: float
    high: float
    outliers: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Int8Linear:
    """Computes the products whose `ranges` are known (by the name of the layer) in 8 bits, others in float32.

    `ends`: the value of `encoder.end_rows`.
    """

    ranges: Mapping[str, Range]
    ends: str

    def __call__(self, graph: Graph, rows: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """float32 [rows, out] for each of the layers `names`, all of the same `rows` [rows, in]."""
        if names[0] not in self.ranges:
            return float_linear(graph, rows, names)
        within = self.ranges[names[0]]
        low, high = min(within.low, 0.0), max(within.high, 0.0)  # zero must be one of the levels
        step = np.float32((high - low) / LEVELS)
        zero = np.uint8(round(-low / step))
        scale, point = graph.constant(np.array(step)), graph.constant(np.array(zero))
        levels = graph.node("QuantizeLinear", rows, scale, point)
        low, high = float((0 - int(zero)) * step), float((LEVELS - int(zero)) * step)
        excess = self._excess(graph, rows, low, high, within.outliers) if len(within.outliers) else None
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
                domain=CONTRIB,
            )
            if excess:
                added = graph.node("MatMul", excess, graph.constant(weight[:, within.outliers].T))
                product = graph.node("ScatterND", product, self.ends, added, reduction="add")
            products.append(product)
        return tuple(products)

    def _excess(self, graph: Graph, rows: str, low: float, high: float, outliers: NDArray[np.int64]) -> str:
        """float32 [ends, outliers]: how far the first and last pieces are beyond the range in those channels."""
        ends = graph.node("GatherND", rows, self.ends)
        chosen = graph.node("Gather", ends, graph.constant(outliers), axis=1)
        limits = [graph.constant(np.array(limit, dtype=np.float32)) for limit in (low, high)]
        return graph.node("Sub", chosen, graph.node("Clip", chosen, *limits))


def round_weight(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """int8 [out, in] and float32 [out]: a weight matrix and the scale of each output, of the least squared error."""
    largest = np.abs(weight).max(axis=1)
    best = np.full(len(weight), np.inf)
    scales = np.empty(len(weight), dtype=np.float32)
    for share in np.linspace(0.7, 1.0, 16, dtype=np.float32):  # outputs with a few large weights gain from clipping
        step = np.maximum(largest * share, 1e-12) / WEIGHT_LIMIT
        error = np.square(_rounded(weight, step) * step[:, None] - weight).sum(axis=1)
        scales = np.where(error < best, step, scales)
        best = np.minimum(error, best)
    return _rounded(weight, scales).astype(np.int8), scales


def _rounded(weight: NDArray[np.float32], step: NDArray[np.float32]) -> NDArray[np.float32]:
    rounded: NDArray[np.float32] = np.clip(np.rint(weight / step[:, None]), -WEIGHT_LIMIT, WEIGHT_LIMIT)
    return rounded
