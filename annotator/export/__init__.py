"""A checkpoint folder -> one that the onnx engine takes: the same files, and beside them its graph.

The graph of float32 has no weights of its own: it says where in the folder's safetensors files they are. That of int8
has the rounded ones, and the others from there.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

from annotator.checkpoints.folder import TOKENIZER_FILES, load_tokenizer, max_pieces
from annotator.checkpoints.weights import fingerprint, read_tensors
from annotator.document import Document
from annotator.engines.base import EXACT_FILE, FINGERPRINT, INT8_FILE
from annotator.errors import AnnotatorError, UsageError
from annotator.prepare.encode import Encoder, Window, Windows
from annotator.prepare.preparer import Preparer, contents
from annotator.prepare.segment import Segmenter

PRECISIONS = ("float32", "int8")
# What of a checkpoint folder goes along. Tokenizers have their files' names in common, or add some to them.
_COPIED = ("config.json", "*.safetensors", "*token*.json", "merges.txt", *TOKENIZER_FILES)
# Text enough to measure activations on: more changes nothing.
CALIBRATION_PIECES = 20_000


def export(folder: Path, output: Path, precision: str = "float32", text: Iterable[Document] = ()) -> Path:
    """Write the checkpoint `folder` to `output` with its graph of a precision, and of float32; returns its file.

    They may be the same folder. For int8, activations are measured on the first 20,000 pieces of `text`, which is to
    be like what will be tagged. Raises UsageError for an architecture without a graph and for int8 without text,
    AnnotatorError if the library `onnx` is not there or the weights cannot be read.
    """
    try:
        from annotator.export.encoder import build, end_rows, shape_of
        from annotator.export.graph import Graph
    except ImportError as error:
        raise AnnotatorError(f"{error}: the export needs `pip install 'annotator[export]'`") from error
    if precision not in PRECISIONS:
        raise UsageError(f"unknown precision {precision!r}: use {' or '.join(PRECISIONS)}")
    shape = shape_of(json.loads((folder / "config.json").read_text(encoding="utf-8")))
    windows = _windows(folder, text) if precision == "int8" else []
    _copy(folder, output)
    tensors = read_tensors(output)
    properties = {FINGERPRINT: fingerprint(tensors)}
    graph = Graph(tensors)
    file = output / EXACT_FILE
    file.write_bytes(graph.model(build(graph, shape), shape.labels, properties).SerializeToString())
    if precision == "int8":
        from annotator.export.calibrate import measure_ranges
        from annotator.export.int8 import Int8Linear

        ranges = measure_ranges(tensors, shape, output, Windows.of(windows))
        graph = Graph(tensors)
        rounded = build(graph, shape, Int8Linear(ranges, end_rows(graph)))
        file = output / INT8_FILE
        file.write_bytes(graph.model(rounded, shape.labels, properties).SerializeToString())
    return file


def _windows(folder: Path, text: Iterable[Document]) -> list[Window]:
    """Windows of the text, until they have enough pieces."""
    prepare = Preparer(Segmenter(), Encoder(load_tokenizer(folder), max_pieces(folder)))
    windows: list[Window] = []
    for document in text:
        windows += prepare(contents([document])).windows
        if sum(len(window.ids) for window in windows) >= CALIBRATION_PIECES:
            break
    if not windows:
        raise UsageError("int8 needs text like what shall be tagged, to measure activations on: add --text FILE")
    return windows


def _copy(folder: Path, output: Path) -> None:
    output.mkdir(parents=True, exist_ok=True)
    for path in {path for pattern in _COPIED for path in folder.glob(pattern)}:
        if not (output / path.name).exists() or not (output / path.name).samefile(path):
            shutil.copyfile(path, output / path.name)
