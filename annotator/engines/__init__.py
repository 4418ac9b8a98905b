"""Engines: a batch of piece ids -> scores of labels. Nothing outside this room depends on a framework.

To add an engine, write a module with a function `load(folder, options)` that returns an `Engine`, and name it in
`LOADERS`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from annotator.engines.base import PRECISIONS, Engine, EngineOptions
from annotator.engines.graphs import find_graph
from annotator.errors import UsageError

Load = Callable[[Path, EngineOptions], Engine]
AUTO = "auto"
# Each engine and its loader, `module:function`, which is imported when the engine is loaded: frameworks are slow to
# import.
LOADERS = {
    "torch": "annotator.engines.torch:load",
    "onnx": "annotator.engines.onnx:load",
    "null": "annotator.engines.null:load",
}
ENGINES = (AUTO, *LOADERS)
# On Linux, a GPU that torch can use comes with one of these (NVIDIA, WSL, AMD).
_GPU_FILES = tuple(map(Path, ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")))


def load_engine(folder: Path, options: EngineOptions) -> Engine:
    """The engine of a checkpoint folder.

    `auto` takes onnx on a CPU if the folder has a graph (int8 before float32), and torch otherwise. Raises UsageError
    for an unknown name, for a device that does not exist and for a precision that the engine lacks; AnnotatorError for
    a checkpoint that cannot be loaded.
    """
    for value, known, kind in ((options.engine, ENGINES, "engine"), (options.precision, PRECISIONS, "precision")):
        if value not in known:
            raise UsageError(f"unknown {kind} {value!r}", f"use {', '.join(known)}")
    name = _choose(folder, options) if options.engine == AUTO else options.engine
    module, _, function = LOADERS[name].partition(":")
    load: Load = getattr(import_module(module), function)
    return load(folder, options)


def _choose(folder: Path, options: EngineOptions) -> str:
    if options.precision == "int8":
        return "onnx"
    return "onnx" if find_graph(folder, options.precision) and _on_cpu(options.device) else "torch"


def _on_cpu(device: str) -> bool:
    """Whether the device is a CPU. torch, which takes seconds to import, is asked only where there may be a GPU."""
    if device != "auto" or not (sys.platform in ("darwin", "win32") or any(path.exists() for path in _GPU_FILES)):
        return device in ("auto", "cpu")
    from annotator.engines.torch import choose_device

    return choose_device(device).type == "cpu"
