"""A graph of ONNX operators, built node by node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from annotator.checkpoints.weights import Tensor

OPSET = 20
# The domain of the operators that ONNX Runtime adds to the standard ones: attention as one operator, integer products.
CONTRIB_DOMAIN = "com.microsoft"
IR_VERSION = 9
_TYPES = {"F16": TensorProto.FLOAT16, "F32": TensorProto.FLOAT, "BF16": TensorProto.BFLOAT16}


class Graph:
    """Nodes, constants and weights. Each method returns the name of the value that it adds."""

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        self.tensors = tensors
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: dict[str, onnx.TensorProto] = {}

    def node(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """The (first) output of a new node. An empty string stands for an optional input that is left out."""
        name = f"{operator}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [name], domain=domain, **attributes))
        return name

    def constant(self, values: NDArray[Any]) -> str:
        """Values stored in the graph itself."""
        name = f"constant_{len(self._initializers)}"
        self._initializers[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def integers(self, *values: int) -> str:
        """A constant int64 [values]."""
        return self.constant(np.array(values, dtype=np.int64))

    def stored(self, name: str) -> str:
        """A tensor of the checkpoint in its own type; the graph only says where in a safetensors file it is."""
        if name not in self._initializers:
            tensor = self.tensors[name]
            tensor.check_type()
            proto = TensorProto(name=name, data_type=_TYPES[tensor.dtype], dims=tensor.shape)
            proto.data_location = TensorProto.EXTERNAL
            location = {"location": tensor.path.name, "offset": tensor.offset, "length": tensor.length}
            for key, value in location.items():
                proto.external_data.add(key=key, value=str(value))
            self._initializers[name] = proto
        return name

    def weight(self, name: str) -> str:
        """A tensor of the checkpoint as float32. ONNX Runtime converts it once, when it loads the graph."""
        return self.as_float(self.stored(name)) if self.tensors[name].dtype != "F32" else self.stored(name)

    def as_float(self, value: str) -> str:
        """The value as float32."""
        return self.node("Cast", value, to=TensorProto.FLOAT)

    def model(
        self, output: str, labels: int, properties: Mapping[str, str], extra_outputs: Iterable[str] = ()
    ) -> onnx.ModelProto:
        """The graph as a model that turns a batch's `ids`, `lengths` and `heads` of any size into `scores`.

        `extra_outputs` are further values that a session can be asked for; `properties` become the model's metadata.
        """
        ids = helper.make_tensor_value_info("ids", TensorProto.INT64, ["windows", "pieces"])
        lengths = helper.make_tensor_value_info("lengths", TensorProto.INT64, ["windows"])
        heads = helper.make_tensor_value_info("heads", TensorProto.INT64, ["windows", "words"])
        scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["windows", "words", labels])
        outputs = [scores, *(onnx.ValueInfoProto(name=name) for name in extra_outputs)]
        nodes = [*self._nodes, helper.make_node("Identity", [output], ["scores"])]
        graph = helper.make_graph(
            nodes, "token-classification", [ids, lengths, heads], outputs, list(self._initializers.values())
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB_DOMAIN, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="annotator")
        helper.set_model_props(model, dict(properties))
        return model
