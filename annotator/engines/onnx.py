"""The onnx engine: graphs made by `annotator.export`, on CPUs. Imports neither torch nor transformers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from annotator.checkpoints.weights import fingerprint, read_tensors
from annotator.engines.base import FINGERPRINT, Batch
from annotator.errors import AnnotatorError
from annotator.system.cores import usable_cores

# Each core has a batch of its own in the cache: with half the slots of one batch for all cores it is 6 to 10% faster.
STREAM_SLOTS = 512
# What ONNX Runtime raises for a graph that it cannot load.
_UNREADABLE = tuple(
    getattr(onnxruntime.capi.onnxruntime_pybind11_state, name)
    for name in ("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NoSuchFile", "NotImplemented")
)


class OnnxEngine:
    """The graph `file` of a checkpoint folder.

    Each batch is computed by the thread that asks for it, so that several threads, one a core, use a machine better
    than one batch spread over its cores. Pickled as its folder and file: weights are not in a pickle.
    """

    on_gpu = False

    def __init__(self, folder: Path, file: str) -> None:
        self._loading = (folder, file)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        # The graph comes with its operators fused. ONNX Runtime's own fusion of a sum with the layer norm after it
        # is ten times slower than the two.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        try:
            self._session = onnxruntime.InferenceSession(folder / file, options, providers=["CPUExecutionProvider"])
        except _UNREADABLE as error:
            reason = str(error).strip().splitlines()[0]
            raise AnnotatorError(f"{folder / file}: ONNX Runtime cannot load it ({reason}): {_REMEDY}") from error
        made_of = self._session.get_modelmeta().custom_metadata_map.get(FINGERPRINT)
        if made_of != fingerprint(read_tensors(folder)):
            raise AnnotatorError(f"{folder / file}: made of other weights than those in the folder: {_REMEDY}")
        names = json.loads((folder / "config.json").read_text(encoding="utf-8"))["id2label"]
        self.labels = tuple(str(names[str(i)]) for i in range(len(names)))
        self.slots = self.most_slots = STREAM_SLOTS
        self.streams = usable_cores()

    def __reduce__(self) -> tuple[type[OnnxEngine], tuple[Path, str]]:
        return type(self), self._loading

    def scores(self, batch: Batch) -> NDArray[np.float32]:
        """Log-probabilities float32 [windows, words, labels] of the words that begin at `batch.heads`."""
        inputs = {"ids": batch.ids, "lengths": batch.lengths, "heads": batch.heads}
        scores: NDArray[np.float32] = self._session.run(["scores"], inputs)[0]
        return scores


_REMEDY = "make it anew with `annotate models export`, or use --engine torch"
