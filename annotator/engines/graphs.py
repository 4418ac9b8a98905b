"""The graphs that the onnx engine computes, as files of a checkpoint folder. `annotator.export` writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

EXACT_FILE: Final = "annotator.float32.onnx"
INT8_FILE: Final = "annotator.int8.onnx"
# The metadata of a graph in which it holds the fingerprint of the weights that it was made from.
FINGERPRINT: Final = "checkpoint"
# The files that serve a precision, the preferred one first.
_FILES = {"auto": (INT8_FILE, EXACT_FILE), "exact": (EXACT_FILE,), "int8": (INT8_FILE,)}


def find_graph(folder: Path, precision: str) -> str | None:
    """The file name of a folder's graph for a precision; None if it has none."""
    return next((name for name in _FILES.get(precision, ()) if (folder / name).is_file()), None)
