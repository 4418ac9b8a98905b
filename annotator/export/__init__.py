"""A checkpoint folder -> one that the onnx engine accepts: the same files with graphs beside them.

The float32 graph has no weights of its own: it says where in the folder's safetensors files they are. The int8 graph
holds the rounded weights and takes the others from those files.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from annotator.checkpoints.config import CONFIG, read_config, tags_of
from annotator.checkpoints.folder import TOKENIZER_FILES, load_tokenizer, max_pieces
from annotator.checkpoints.weights import INDEX, WHOLE, fingerprint, read_tensors, weight_files
from annotator.document import Document
from annotator.engines.graphs import EXACT_FILE, FINGERPRINT, INT8_FILE
from annotator.errors import AnnotatorError, UsageError, first_line, install_extra
from annotator.prepare.encode import Encoder, Window, Windows
from annotator.prepare.preparer import Preparer, contents
from annotator.prepare.segment import Segmenter

PRECISIONS = ("float32", "int8")
# The files of a checkpoint folder to copy; `*token*.json` covers what tokenizers add to the names they share.
_COPIED = ("config.json", "*token*.json", "merges.txt", *TOKENIZER_FILES)
# Enough text to measure activations on; more makes no difference.
CALIBRATION_PIECES = 20_000


def export(folder: Path, output: Path, precision: str = "float32", text: Iterable[Document] = ()) -> Path:
    """Write the checkpoint `folder` to `output` with a graph of the precision, and return the graph's file.

    int8 comes with a float32 graph beside it. Both may be the same folder. For int8, activations are measured on the
    first 20,000 pieces of `text`, which should resemble the text to be annotated. Raises UsageError for an unsupported
    architecture and for int8 without text, AnnotatorError if the package onnx is missing or the weights cannot be read.
    """
    try:
        from annotator.export.encoder import architecture_of, build, end_rows
        from annotator.export.graph import Graph
    except ImportError as error:
        raise AnnotatorError(
            f"the export needs the package onnx ({first_line(error)})", install_extra("export")
        ) from error
    if precision not in PRECISIONS:
        raise UsageError(f"unknown precision {precision!r}", f"use {' or '.join(PRECISIONS)}")
    config = read_config(folder)
    tags_of(folder)  # raises for a config without labels
    try:
        architecture = architecture_of(config)
    except LookupError as error:
        raise AnnotatorError(f"{folder / CONFIG}: lacks {error}", "copy the checkpoint again") from error
    windows = _windows(folder, text) if precision == "int8" else []
    _copy(folder, output)
    tensors = read_tensors(output)
    properties = {FINGERPRINT: fingerprint(tensors)}
    graph = Graph(tensors)
    file = output / EXACT_FILE
    file.write_bytes(graph.model(build(graph, architecture), architecture.labels, properties).SerializeToString())
    if precision == "int8":
        from annotator.export.calibrate import measure_ranges
        from annotator.export.int8 import Int8Linear

        ranges = measure_ranges(tensors, architecture, output, Windows.of(windows))
        graph = Graph(tensors)
        rounded = build(graph, architecture, Int8Linear(ranges, end_rows(graph)))
        file = output / INT8_FILE
        file.write_bytes(graph.model(rounded, architecture.labels, properties).SerializeToString())
    return file


def _windows(folder: Path, text: Iterable[Document]) -> list[Window]:
    """The first windows of the text, as many as make up `CALIBRATION_PIECES` pieces."""
    preparer = Preparer(Segmenter(), Encoder(load_tokenizer(folder), max_pieces(folder)))
    windows: list[Window] = []
    for document in text:
        windows += preparer(contents([document])).windows
        if sum(len(window.ids) for window in windows) >= CALIBRATION_PIECES:
            break
    if not windows:
        raise UsageError(
            "int8 needs text to measure activations on", "add {text} that resembles what will be annotated"
        )
    return windows


def _copy(folder: Path, output: Path) -> None:
    output.mkdir(parents=True, exist_ok=True)
    weights = weight_files(folder)
    if weights != [folder / WHOLE]:
        weights.append(folder / INDEX)
    for path in {*weights, *(path for pattern in _COPIED for path in folder.glob(pattern))}:
        if not (output / path.name).exists() or not (output / path.name).samefile(path):
            shutil.copyfile(path, output / path.name)
