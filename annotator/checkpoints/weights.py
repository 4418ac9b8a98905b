"""The tensors of a checkpoint's safetensors files by name: where they are in the files, and their values."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.errors import AnnotatorError, first_line


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor in a safetensors file: `length` bytes from `offset` onwards, of the type `dtype` (`F16`, `F32`, ...)."""

    path: Path
    dtype: str
    shape: tuple[int, ...]
    offset: int
    length: int

    def values(self) -> NDArray[np.float32]:
        """The tensor's values, float32 [shape]."""
        raw = np.fromfile(self.path, dtype=np.uint8, count=self.length, offset=self.offset)
        if self.dtype == "BF16":  # the upper two bytes of a float32
            return (raw.view(np.uint16).astype(np.uint32) << 16).view(np.float32).reshape(self.shape)
        return raw.view({"F16": np.float16, "F32": np.float32}[self.dtype]).astype(np.float32).reshape(self.shape)


def read_tensors(folder: Path) -> dict[str, Tensor]:
    """The tensors of all safetensors files in a folder. Raises AnnotatorError for a damaged file.

    The format is described at https://huggingface.co/docs/safetensors, "Format". The library safetensors does not say
    where in a file a tensor is, which a graph has to.
    """
    tensors: dict[str, Tensor] = {}
    for path in sorted(folder.glob("*.safetensors")):
        try:
            with path.open("rb") as file:
                (size,) = struct.unpack("<Q", file.read(8))
                header: dict[str, Any] = json.loads(file.read(size))
        except (ValueError, struct.error, OverflowError, MemoryError) as error:
            raise AnnotatorError(
                f"{path}: not a safetensors file ({first_line(error)})", "copy or download the checkpoint again"
            ) from error
        for name, entry in header.items():
            if name != "__metadata__":
                start, end = entry["data_offsets"]
                tensors[name] = Tensor(path, entry["dtype"], tuple(entry["shape"]), 8 + size + start, end - start)
    return tensors


def fingerprint(tensors: Mapping[str, Tensor]) -> str:
    """A hash that tells checkpoints apart: of where each tensor is, and of the classifier, which training changes."""
    digest = hashlib.sha256()
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.path.name} {tensor.dtype} {tensor.shape} {tensor.offset}\n".encode())
        if name.startswith("classifier."):
            digest.update(tensor.values().tobytes())
    return digest.hexdigest()
