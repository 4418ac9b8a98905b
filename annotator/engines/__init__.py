"""Engines: a batch of piece ids -> label scores. Nothing outside this folder knows the framework."""

from __future__ import annotations

import sys
from pathlib import Path

from annotator.engines.base import ENGINES, EXACT_FILE, INT8_FILE, PRECISIONS, Engine, EngineOptions
from annotator.errors import UsageError

# One of them is there where there is a GPU that torch knows, on Linux (NVIDIA, WSL, AMD).
_GPU_FILES = tuple(map(Path, ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")))


def load_engine(folder: Path, options: EngineOptions) -> Engine:
    """The engine of a checkpoint folder.

    Where there is a choice, it is onnx on a CPU if the folder has a graph for it (int8 before float32), and torch
    else. Raises UsageError for an unknown name, a device that is not there or a precision that the engine lacks,
    AnnotatorError for a checkpoint that cannot be loaded.
    """
    engine, precision = options.engine, options.precision
    for name, known, what in ((engine, ENGINES, "engine"), (precision, PRECISIONS, "precision")):
        if name not in known:
            raise UsageError(f"unknown {what} {name!r}: use {', '.join(known)}")
    if engine == "null":
        from annotator.engines.null import NullEngine

        return NullEngine()
    file = _graph_file(folder, precision)
    if engine == "onnx" or (engine == "auto" and (precision == "int8" or (file and _on_cpu(options.device)))):
        _check_onnx(folder, options, file)
        from annotator.engines.onnx import OnnxEngine

        return OnnxEngine(folder, file)
    if precision == "int8":
        raise UsageError("--precision int8 is for the onnx engine: leave out --engine torch")
    from annotator.engines.torch import TorchEngine, devices

    names = devices(options.device)
    if len(names) == 1:
        return TorchEngine(folder, names[0], precision)
    from annotator.engines.multi_gpu import MultiGpuEngine

    return MultiGpuEngine(folder, names, precision)


def _graph_file(folder: Path, precision: str) -> str:
    """The file of the graph for a precision; empty if there is none."""
    files = {"auto": (INT8_FILE, EXACT_FILE), "exact": (EXACT_FILE,), "int8": (INT8_FILE,), "bf16": ()}[precision]
    return next((file for file in files if (folder / file).is_file()), "")


def _check_onnx(folder: Path, options: EngineOptions, file: str) -> None:
    if options.device not in ("auto", "cpu"):
        raise UsageError(f"the onnx engine computes on the CPU, not on {options.device!r}: use --engine torch for that")
    if options.precision == "bf16":
        raise UsageError("--precision bf16 is for the torch engine: use exact or int8 with onnx")
    if not file:
        wanted = INT8_FILE if options.precision == "int8" else EXACT_FILE
        raise UsageError(f"{folder}: no {wanted}: make a folder that has it with `annotate models export`")


def _on_cpu(device: str) -> bool:
    """Whether the device is a CPU. To ask torch takes seconds: that is left out where no GPU can be."""
    if device != "auto" or not (sys.platform in ("darwin", "win32") or any(path.exists() for path in _GPU_FILES)):
        return device in ("auto", "cpu")
    from annotator.engines.torch import choose_device

    return choose_device(device).type == "cpu"
