"""The graph of a token classifier with an encoder like BERT's: BERT, RoBERTa, XLM-R, CamemBERT, DistilBERT.

Its inputs are the fields of `annotator.engines.base.Batch`, its output the log-probabilities of the words. The last
layer computes only the first pieces of words, because nothing else is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from onnx import TensorProto

from annotator.errors import UsageError
from annotator.export.graph import CONTRIB_DOMAIN, Graph


@dataclass(frozen=True, slots=True)
class TensorNames:
    """The names of an architecture's tensors. Those below `layer` follow `layer` and the number of the layer."""

    word_embeddings: str
    position_embeddings: str
    type_embeddings: str | None
    embedding_norm: str
    layer: str
    query: str
    key: str
    value: str
    attention_output: str
    attention_norm: str
    up: str
    down: str
    output_norm: str


@dataclass(frozen=True, slots=True)
class Architecture:
    """An encoder: the names of its tensors, its size, and how it computes."""

    names: TensorNames
    layers: int
    attention_heads: int
    epsilon: float
    activation: str
    padding: int | None  # the id of the padding piece, if positions count on from it instead of from 0
    labels: int


def _bert(prefix: str) -> TensorNames:
    embeddings, layer = f"{prefix}.embeddings.", f"{prefix}.encoder.layer."
    return TensorNames(
        word_embeddings=embeddings + "word_embeddings.weight",
        position_embeddings=embeddings + "position_embeddings.weight",
        type_embeddings=embeddings + "token_type_embeddings.weight",
        embedding_norm=embeddings + "LayerNorm",
        layer=layer,
        query="attention.self.query",
        key="attention.self.key",
        value="attention.self.value",
        attention_output="attention.output.dense",
        attention_norm="attention.output.LayerNorm",
        up="intermediate.dense",
        down="output.dense",
        output_norm="output.LayerNorm",
    )


_DISTILBERT = TensorNames(
    word_embeddings="distilbert.embeddings.word_embeddings.weight",
    position_embeddings="distilbert.embeddings.position_embeddings.weight",
    type_embeddings=None,
    embedding_norm="distilbert.embeddings.LayerNorm",
    layer="distilbert.transformer.layer.",
    query="attention.q_lin",
    key="attention.k_lin",
    value="attention.v_lin",
    attention_output="attention.out_lin",
    attention_norm="sa_layer_norm",
    up="ffn.lin1",
    down="ffn.lin2",
    output_norm="output_layer_norm",
)
_NAMES = {
    "bert": _bert("bert"),
    "camembert": _bert("roberta"),
    "distilbert": _DISTILBERT,
    "roberta": _bert("roberta"),
    "xlm-roberta": _bert("roberta"),
}
_ACTIVATIONS = {"gelu": "Gelu", "relu": "Relu"}


def architecture_of(config: Mapping[str, Any]) -> Architecture:
    """The encoder that a checkpoint's config describes.

    Raises UsageError for one that this module cannot build, LookupError for a size that the config does not state.
    """
    model_type = config.get("model_type")
    activation = config.get("activation") or config.get("hidden_act")
    if model_type not in _NAMES or activation not in _ACTIVATIONS or config.get("is_decoder"):
        raise UsageError(
            f"the architecture {model_type!r} (activation {activation!r}) cannot be exported",
            f"use {{engine}} torch; the export supports {', '.join(_NAMES)} with {' or '.join(_ACTIVATIONS)}",
        )
    names = _NAMES[model_type]
    return Architecture(
        names=names,
        layers=config.get("n_layers") or config["num_hidden_layers"],
        attention_heads=config.get("n_heads") or config["num_attention_heads"],
        epsilon=config.get("layer_norm_eps", 1e-12),
        activation=_ACTIVATIONS[activation],
        padding=config["pad_token_id"] if names.layer.startswith("roberta") else None,
        labels=len(config["id2label"]),
    )


class Linear(Protocol):
    """Adds products with weight matrices to a graph."""

    def __call__(self, graph: Graph, rows: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """float32 [rows, out] for each of the layers `names`, which all multiply the same `rows` [rows, in]."""


def float_linear(graph: Graph, rows: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """`rows @ weight.T + bias` in float32."""
    return tuple(
        graph.node("Gemm", rows, graph.weight(f"{name}.weight"), graph.weight(f"{name}.bias"), transB=1)
        for name in names
    )


def end_rows(graph: Graph) -> str:
    """int64 [2 * windows, 1]: the rows of the first and the last piece of each window among all pieces."""
    size = graph.node("Shape", "ids")
    windows, width = (graph.node("Gather", size, graph.constant(np.array(axis))) for axis in (0, 1))
    numbers = graph.node("Range", graph.constant(np.array(0)), windows, graph.constant(np.array(1)))
    first = graph.node("Mul", numbers, width)
    last = graph.node("Sub", graph.node("Add", first, "lengths"), graph.integers(1))
    return graph.node("Unsqueeze", graph.node("Concat", first, last, axis=0), graph.integers(1))


def build(graph: Graph, architecture: Architecture, linear: Linear = float_linear) -> str:
    """The log-probabilities float32 [windows, words, labels] of words for the inputs `ids`, `lengths` and `heads`."""
    width = graph.tensors[architecture.names.word_embeddings].shape[1]
    flat = graph.integers(-1, width)
    pieces = graph.node("Concat", graph.node("Shape", "ids"), graph.integers(width), axis=0)
    words = graph.node("Concat", graph.node("Shape", "heads"), graph.integers(width), axis=0)
    heads = graph.node("Unsqueeze", "heads", graph.integers(2))
    mask = _mask(graph)
    hidden = graph.node("Reshape", _embeddings(graph, architecture, mask), flat)
    padding = graph.node("Cast", mask, to=TensorProto.INT32)
    for number in range(architecture.layers):
        layer = _Layer(graph, architecture, linear, f"{architecture.names.layer}{number}.")
        queries, size = hidden, pieces
        if number == architecture.layers - 1:
            chosen = graph.node("GatherND", graph.node("Reshape", hidden, pieces), heads, batch_dims=1)
            queries, size = graph.node("Reshape", chosen, flat), words
        attended = layer.attend(queries, hidden, size, pieces, padding)
        hidden = layer.feed_forward(graph.node("Reshape", attended, flat), queries)
    (logits,) = float_linear(graph, hidden, ("classifier",))
    by_word = graph.node("Concat", graph.node("Shape", "heads"), graph.integers(architecture.labels), axis=0)
    return graph.node("Reshape", graph.node("LogSoftmax", logits, axis=-1), by_word)


def _mask(graph: Graph) -> str:
    """bool [windows, pieces]: which pieces are no padding."""
    positions = _positions(graph)
    lengths = graph.node("Unsqueeze", "lengths", graph.integers(1))
    return graph.node("Less", graph.node("Unsqueeze", positions, graph.integers(0)), lengths)


def _positions(graph: Graph) -> str:
    """int64 [pieces]: 0, 1, 2, ..."""
    width = graph.node("Gather", graph.node("Shape", "ids"), graph.constant(np.array(1)))
    return graph.node("Range", graph.constant(np.array(0)), width, graph.constant(np.array(1)))


def _embeddings(graph: Graph, architecture: Architecture, mask: str) -> str:
    """float32 [windows, pieces, width]. Word embeddings are gathered in their own type and converted afterwards."""
    names = architecture.names
    ids = "ids"
    if architecture.padding is None:
        positions = _positions(graph)
    else:  # like RoBERTa, positions skip padding, and the padding piece where a text has it
        padding = graph.constant(np.array(architecture.padding))
        ids = graph.node("Where", mask, "ids", padding)
        counted = graph.node("Cast", graph.node("Not", graph.node("Equal", ids, padding)), to=TensorProto.INT64)
        running = graph.node("CumSum", counted, graph.constant(np.array(1)))
        positions = graph.node("Add", graph.node("Mul", running, counted), padding)
    vectors = graph.as_float(graph.node("Gather", graph.stored(names.word_embeddings), ids))
    vectors = graph.node("Add", vectors, graph.node("Gather", graph.weight(names.position_embeddings), positions))
    if names.type_embeddings:
        first = graph.node("Gather", graph.weight(names.type_embeddings), graph.constant(np.array(0)))
        vectors = graph.node("Add", vectors, first)
    return _layer_norm(graph, vectors, names.embedding_norm, architecture.epsilon)


@dataclass(frozen=True, slots=True)
class _Layer:
    graph: Graph
    architecture: Architecture
    linear: Linear
    prefix: str

    def attend(self, queries: str, hidden: str, queries_size: str, size: str, padding: str) -> str:
        """float32 [windows, queries, width]: the attention of the pieces `queries` to all pieces `hidden`."""
        names, graph = self.architecture.names, self.graph
        key_and_value = (self.prefix + names.key, self.prefix + names.value)
        if queries == hidden:
            query, key, value = self.linear(graph, hidden, (self.prefix + names.query, *key_and_value))
        else:
            (query,) = self.linear(graph, queries, (self.prefix + names.query,))
            key, value = self.linear(graph, hidden, key_and_value)
        return graph.node(
            "MultiHeadAttention",
            graph.node("Reshape", query, queries_size),
            graph.node("Reshape", key, size),
            graph.node("Reshape", value, size),
            "",
            padding,
            domain=CONTRIB_DOMAIN,
            num_heads=self.architecture.attention_heads,
        )

    def feed_forward(self, attended: str, hidden: str) -> str:
        """float32 [rows, width]: the layer's output."""
        names = self.architecture.names
        hidden = self._add_and_norm(attended, hidden, names.attention_output, names.attention_norm)
        (up,) = self.linear(self.graph, hidden, (self.prefix + names.up,))
        active = self.graph.node(self.architecture.activation, up)
        return self._add_and_norm(active, hidden, names.down, names.output_norm)

    def _add_and_norm(self, rows: str, hidden: str, dense: str, norm: str) -> str:
        """`LayerNorm(hidden + dense(rows))`."""
        (out,) = self.linear(self.graph, rows, (self.prefix + dense,))
        return _layer_norm(
            self.graph, self.graph.node("Add", out, hidden), self.prefix + norm, self.architecture.epsilon
        )


def _layer_norm(graph: Graph, rows: str, name: str, epsilon: float) -> str:
    weight, bias = graph.weight(f"{name}.weight"), graph.weight(f"{name}.bias")
    return graph.node("LayerNormalization", rows, weight, bias, axis=-1, epsilon=epsilon)
