"""The graph of a token classifier with an encoder as BERT's: BERT, RoBERTa, XLM-R, CamemBERT, DistilBERT.

It takes what `annotator.batch.Batch` holds and gives the words' log-probabilities. In the last layer only the words'
first pieces are computed: nothing else is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from onnx import TensorProto

from annotator.errors import UsageError
from annotator.export.graph import CONTRIB, Graph


@dataclass(frozen=True, slots=True)
class Names:
    """What an architecture calls its tensors; those of a layer follow `layer` and its number."""

    words: str
    positions: str
    types: str | None
    norm: str
    layer: str
    query: str
    key: str
    value: str
    attended: str
    attended_norm: str
    up: str
    down: str
    down_norm: str


@dataclass(frozen=True, slots=True)
class Shape:
    """An encoder: its tensors' names, sizes, and how it computes."""

    names: Names
    layers: int
    attention_heads: int
    epsilon: float
    activation: str
    padding: int | None  # the id from which positions count, where they do not count from 0
    labels: int


def _bert(prefix: str) -> Names:
    embeddings, layer = f"{prefix}.embeddings.", f"{prefix}.encoder.layer."
    return Names(
        words=embeddings + "word_embeddings.weight",
        positions=embeddings + "position_embeddings.weight",
        types=embeddings + "token_type_embeddings.weight",
        norm=embeddings + "LayerNorm",
        layer=layer,
        query="attention.self.query",
        key="attention.self.key",
        value="attention.self.value",
        attended="attention.output.dense",
        attended_norm="attention.output.LayerNorm",
        up="intermediate.dense",
        down="output.dense",
        down_norm="output.LayerNorm",
    )


_DISTILBERT = Names(
    words="distilbert.embeddings.word_embeddings.weight",
    positions="distilbert.embeddings.position_embeddings.weight",
    types=None,
    norm="distilbert.embeddings.LayerNorm",
    layer="distilbert.transformer.layer.",
    query="attention.q_lin",
    key="attention.k_lin",
    value="attention.v_lin",
    attended="attention.out_lin",
    attended_norm="sa_layer_norm",
    up="ffn.lin1",
    down="ffn.lin2",
    down_norm="output_layer_norm",
)
_NAMES = {
    "bert": _bert("bert"),
    "camembert": _bert("roberta"),
    "distilbert": _DISTILBERT,
    "roberta": _bert("roberta"),
    "xlm-roberta": _bert("roberta"),
}
_ACTIVATIONS = {"gelu": "Gelu", "relu": "Relu"}


def shape_of(config: Mapping[str, Any]) -> Shape:
    """The encoder of a checkpoint's config. Raises UsageError for one that this module does not build."""
    kind = config.get("model_type")
    activation = config.get("activation") or config.get("hidden_act")
    if kind not in _NAMES or activation not in _ACTIVATIONS or config.get("is_decoder"):
        raise UsageError(
            f"the architecture {kind!r} (activation {activation!r}) cannot be exported: there are "
            f"{', '.join(_NAMES)} with {' or '.join(_ACTIVATIONS)}; use --engine torch for others"
        )
    names = _NAMES[kind]
    return Shape(
        names=names,
        layers=config.get("n_layers") or config["num_hidden_layers"],
        attention_heads=config.get("n_heads") or config["num_attention_heads"],
        epsilon=config.get("layer_norm_eps", 1e-12),
        activation=_ACTIVATIONS[activation],
        padding=config["pad_token_id"] if names.layer.startswith("roberta") else None,
        labels=len(config["id2label"]),
    )


class Linear(Protocol):
    """How products with weight matrices are computed."""

    def __call__(self, graph: Graph, rows: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """float32 [rows, out] for each of the layers `names` (weight and bias), all of the same `rows` [rows, in]."""


def float_linear(graph: Graph, rows: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """`rows @ weight.T + bias` in float32."""
    return tuple(
        graph.node("Gemm", rows, graph.weight(f"{name}.weight"), graph.weight(f"{name}.bias"), transB=1)
        for name in names
    )


def end_rows(graph: Graph) -> str:
    """int64 [2 * windows, 1]: the rows of the windows' first and last pieces among all pieces."""
    size = graph.node("Shape", "ids")
    windows, width = (graph.node("Gather", size, graph.constant(np.array(axis))) for axis in (0, 1))
    numbers = graph.node("Range", graph.constant(np.array(0)), windows, graph.constant(np.array(1)))
    first = graph.node("Mul", numbers, width)
    last = graph.node("Sub", graph.node("Add", first, "lengths"), graph.integers(1))
    return graph.node("Unsqueeze", graph.node("Concat", first, last, axis=0), graph.integers(1))


def build(graph: Graph, shape: Shape, linear: Linear = float_linear) -> str:
    """The words' log-probabilities float32 [windows, words, labels] for the inputs `ids`, `lengths`, `heads`."""
    width = graph.tensors[shape.names.words].shape[1]
    flat = graph.integers(-1, width)
    pieces = graph.node("Concat", graph.node("Shape", "ids"), graph.integers(width), axis=0)
    words = graph.node("Concat", graph.node("Shape", "heads"), graph.integers(width), axis=0)
    heads = graph.node("Unsqueeze", "heads", graph.integers(2))
    mask = _mask(graph)
    hidden = graph.node("Reshape", _embeddings(graph, shape, mask), flat)
    padding = graph.node("Cast", mask, to=TensorProto.INT32)
    for number in range(shape.layers):
        layer = _Layer(graph, shape, linear, f"{shape.names.layer}{number}.")
        asking, size = hidden, pieces
        if number == shape.layers - 1:
            chosen = graph.node("GatherND", graph.node("Reshape", hidden, pieces), heads, batch_dims=1)
            asking, size = graph.node("Reshape", chosen, flat), words
        attended = layer.attend(asking, hidden, size, pieces, padding)
        hidden = layer.feed_forward(graph.node("Reshape", attended, flat), asking)
    (logits,) = float_linear(graph, hidden, ("classifier",))
    by_word = graph.node("Concat", graph.node("Shape", "heads"), graph.integers(shape.labels), axis=0)
    return graph.node("Reshape", graph.node("LogSoftmax", logits, axis=-1), by_word)


def _mask(graph: Graph) -> str:
    """bool [windows, pieces]: what is no filling."""
    places = _places(graph)
    lengths = graph.node("Unsqueeze", "lengths", graph.integers(1))
    return graph.node("Less", graph.node("Unsqueeze", places, graph.integers(0)), lengths)


def _places(graph: Graph) -> str:
    """int64 [pieces]: 0, 1, 2, ..."""
    width = graph.node("Gather", graph.node("Shape", "ids"), graph.constant(np.array(1)))
    return graph.node("Range", graph.constant(np.array(0)), width, graph.constant(np.array(1)))


def _embeddings(graph: Graph, shape: Shape, mask: str) -> str:
    """float32 [windows, pieces, width]. The word vectors are taken in their own type and only then converted."""
    names = shape.names
    ids = "ids"
    if shape.padding is None:
        places = _places(graph)
    else:  # counted by what is not padding, as RoBERTa does: filling, and the padding piece in a text, count nothing
        padding = graph.constant(np.array(shape.padding))
        ids = graph.node("Where", mask, "ids", padding)
        counted = graph.node("Cast", graph.node("Not", graph.node("Equal", ids, padding)), to=TensorProto.INT64)
        running = graph.node("CumSum", counted, graph.constant(np.array(1)))
        places = graph.node("Add", graph.node("Mul", running, counted), padding)
    vectors = graph.as_float(graph.node("Gather", graph.stored(names.words), ids))
    vectors = graph.node("Add", vectors, graph.node("Gather", graph.weight(names.positions), places))
    if names.types:
        first = graph.node("Gather", graph.weight(names.types), graph.constant(np.array(0)))
        vectors = graph.node("Add", vectors, first)
    return _layer_norm(graph, vectors, names.norm, shape.epsilon)


@dataclass(frozen=True, slots=True)
class _Layer:
    graph: Graph
    shape: Shape
    linear: Linear
    prefix: str

    def attend(self, asking: str, hidden: str, asking_size: str, size: str, padding: str) -> str:
        """float32 [windows, asking pieces, width]: what the pieces `asking` take from all pieces `hidden`."""
        names, graph = self.shape.names, self.graph
        names_kv = (self.prefix + names.key, self.prefix + names.value)
        if asking == hidden:
            query, key, value = self.linear(graph, hidden, (self.prefix + names.query, *names_kv))
        else:
            (query,) = self.linear(graph, asking, (self.prefix + names.query,))
            key, value = self.linear(graph, hidden, names_kv)
        return graph.node(
            "MultiHeadAttention",
            graph.node("Reshape", query, asking_size),
            graph.node("Reshape", key, size),
            graph.node("Reshape", value, size),
            "",
            padding,
            domain=CONTRIB,
            num_heads=self.shape.attention_heads,
        )

    def feed_forward(self, attended: str, hidden: str) -> str:
        """float32 [rows, width]: the layer's output."""
        names = self.shape.names
        hidden = self._add(attended, hidden, names.attended, names.attended_norm)
        (up,) = self.linear(self.graph, hidden, (self.prefix + names.up,))
        active = self.graph.node(self.shape.activation, up)
        return self._add(active, hidden, names.down, names.down_norm)

    def _add(self, rows: str, hidden: str, dense: str, norm: str) -> str:
        """`LayerNorm(hidden + dense(rows))`."""
        (out,) = self.linear(self.graph, rows, (self.prefix + dense,))
        return _layer_norm(self.graph, self.graph.node("Add", out, hidden), self.prefix + norm, self.shape.epsilon)


def _layer_norm(graph: Graph, rows: str, name: str, epsilon: float) -> str:
    weight, bias = graph.weight(f"{name}.weight"), graph.weight(f"{name}.bias")
    return graph.node("LayerNormalization", rows, weight, bias, axis=-1, epsilon=epsilon)
