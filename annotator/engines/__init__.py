"""Engines: a batch of piece ids -> label scores. Nothing outside this folder knows the framework."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..batch import Batch
from ..errors import UsageError

ENGINES = ("auto", "torch", "onnx", "null")
PRECISIONS = ("auto", "exact", "bf16", "int8")
# About 1,000 slots stay in a CPU's cache.
CPU_SLOTS = 1_024
# The graphs that `annotator.export` adds to a checkpoint folder, by precision, and where they say what they were
# made of.
EXACT_FILE, INT8_FILE = "annotator.float32.onnx", "annotator.int8.onnx"
FINGERPRINT = "checkpoint"
# One of them is there where there is a GPU that torch knows, on Linux (NVIDIA, WSL, AMD).
_GPU_FILES = tuple(map(Path, ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")))


class Engine(Protocol):
    """What computes the scores of batches."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the model's tags, in the order of its outputs."""

    @property
    def slots(self) -> int:
        """The piece slots a batch should have on this engine's device to begin with, padding counted."""

    @property
    def most_slots(self) -> int:
        """Up to how many it is worth trying whether more are faster."""

    @property
    def streams(self) -> int:
        """How many threads should ask for scores at once."""

    @property
    def on_gpu(self) -> bool:
        """Whether it leaves the CPU's cores to others while it computes."""

    def scores(self, batch: Batch) -> NDArray[np.float32]:
        """Log-probabilities float32 [windows, words, labels] of the words that begin at `batch.heads`.

        Raises BatchTooLarge for a batch that the device's memory does not hold.
        """


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What computes, on what and how exactly: `engine`, `device` and `precision` by name."""

    engine: str = "auto"
    device: str = "auto"
    precision: str = "auto"


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
        from .null import NullEngine

        return NullEngine()
    file = _graph_file(folder, precision)
    if engine == "onnx" or (engine == "auto" and (precision == "int8" or (file and _on_cpu(options.device)))):
        _check_onnx(folder, options, file)
        from .onnx import OnnxEngine

        return OnnxEngine(folder, file)
    if precision == "int8":
        raise UsageError("--precision int8 is for the onnx engine: leave out --engine torch")
    from .torch import TorchEngine, devices

    names = devices(options.device)
    if len(names) == 1:
        return TorchEngine(folder, names[0], precision)
    from .several import SeveralEngines

    return SeveralEngines(folder, names, precision)


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
    from .torch import choose_device

    return choose_device(device).type == "cpu"
