"""Checkpoints with pickled weights."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import torch
from safetensors.torch import load_file


def pickled_copy(checkpoint: Path, folder: Path) -> Path:
    """A copy of a checkpoint with its weights in one pickle, and without graphs."""
    copytree(checkpoint, folder)
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    for graph in folder.glob("*.onnx"):
        graph.unlink()
    return folder
