"""The onnx engine: graphs made by `annotator.export`, on CPUs. It imports neither torch nor transformers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from annotator.checkpoints.config import CONFIG, read_config, tags_of, whole_number
from annotator.checkpoints.weights import Tensor, fingerprint, read_tensors
from annotator.engines.base import Batch, EngineOptions
from annotator.engines.graphs import EXACT_FILE, FINGERPRINT, INT8_FILE, find_graph
from annotator.errors import AnnotatorError, UsageError, first_line
from annotator.system.compat import onnx_load_errors
from annotator.system.cores import usable_cores
from annotator.system.forks import NotWhileForking

# Each core computes a batch of its own in its cache, and is 6 to 10% faster with half the slots of a batch that all
# cores share.
STREAM_SLOTS = 512
_LOAD_ERRORS = onnx_load_errors()
_COMPUTING = NotWhileForking()  # ONNX Runtime locks its memory while it computes
_REMEDY = "export it again with `annotate models export`, or use {engine} torch"


def load(folder: Path, options: EngineOptions) -> OnnxEngine:
    """The engine of a folder's graph for the precision.

    Raises UsageError for a device other than the CPU, for bf16 and for a folder without the graph; AnnotatorError for
    a graph that cannot be loaded or does not belong to the weights beside it.
    """
    if options.device not in ("auto", "cpu"):
        raise UsageError(f"the onnx engine computes on the CPU, not on {options.device!r}", "use {engine} torch")
    if options.precision == "bf16":
        raise UsageError("the onnx engine does not compute in bf16", "use {precision} exact or int8, or {engine} torch")
    file = find_graph(folder, options.precision)
    if file is None:
        wanted = INT8_FILE if options.precision == "int8" else EXACT_FILE
        raise UsageError(f"{folder}: no {wanted}", "make a folder that has it with `annotate models export`")
    return OnnxEngine(folder, file)


class OnnxEngine:
    """The graph `file` of a checkpoint folder.

    Each batch is computed by the thread that asks for it, because several threads, one per core, use a machine better
    than one batch spread over all cores. A pickle holds the folder and the file name, not the weights.
    """

    on_gpu = False

    def __init__(self, folder: Path, file: str) -> None:
        self._arguments = (folder, file)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        # The operators of the graph are fused already. ONNX Runtime's own fusion of a sum and the layer norm after it
        # is ten times slower than the two of them.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        try:
            self._session = onnxruntime.InferenceSession(folder / file, options, providers=["CPUExecutionProvider"])
        except _LOAD_ERRORS as error:
            reason = first_line(error)
            raise AnnotatorError(f"{folder / file}: ONNX Runtime cannot load it ({reason})", _REMEDY) from error
        made_from = self._session.get_modelmeta().custom_metadata_map.get(FINGERPRINT)
        tensors = read_tensors(folder)
        if made_from != fingerprint(tensors):
            raise AnnotatorError(f"{folder / file}: made from other weights than those in the folder", _REMEDY)
        self.labels = tags_of(folder)
        _check_config(folder, tensors, len(self.labels))
        self.slots = self.max_slots = STREAM_SLOTS
        self.streams = usable_cores()

    def __reduce__(self) -> tuple[type[OnnxEngine], tuple[Path, str]]:
        return type(self), self._arguments

    def scores(self, batch: Batch) -> NDArray[np.float32]:
        """Log-probabilities float32 [windows, words, labels] of the words whose first pieces are at `batch.heads`."""
        inputs = {"ids": batch.ids, "lengths": batch.lengths, "heads": batch.heads}
        with _COMPUTING:
            scores: NDArray[np.float32] = self._session.run(["scores"], inputs)[0]
        return scores


def _check_config(folder: Path, tensors: Mapping[str, Tensor], labels: int) -> None:
    """Raise AnnotatorError if the config states other sizes than the weights have; the graph does not read it."""
    sizes = {"classifier.weight": labels}
    if known := whole_number(folder / CONFIG, read_config(folder), "vocab_size", least=1):
        sizes |= {name: known for name in tensors if name.endswith(".word_embeddings.weight")}
    for name, stated in sizes.items():
        rows = tensors[name].shape[0]
        if rows != stated:
            raise AnnotatorError(
                f"{folder / CONFIG}: states {stated:,} rows of {name}, but there are {rows:,}",
                "copy the checkpoint again",
            )
