"""The tensors of a checkpoint's safetensors files by name: where they are in the files, and their values."""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.checkpoints.config import read_json
from annotator.errors import AnnotatorError, first_line

WHOLE = "model.safetensors"
INDEX = "model.safetensors.index.json"  # says which tensor is in which of several files
_SUFFIX = ".safetensors"
_COPY_AGAIN = "copy or download the checkpoint again"
# The types that weights can have, and those that other tensors may have, with their bytes.
_FLOATS = {"F16": 2, "BF16": 2, "F32": 4}
_BYTES = {**_FLOATS, "F64": 8, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor in a safetensors file: `length` bytes from `offset` onwards, of the type `dtype` (`F16`, `F32`, ...)."""

    path: Path
    dtype: str
    shape: tuple[int, ...]
    offset: int
    length: int

    def values(self) -> NDArray[np.float32]:
        """The tensor's values, float32 [shape]. Raises AnnotatorError for a type that weights do not have."""
        self.check_type()
        raw = np.fromfile(self.path, dtype=np.uint8, count=self.length, offset=self.offset)
        if self.dtype == "BF16":  # the upper two bytes of a float32
            return (raw.view(np.uint16).astype(np.uint32) << 16).view(np.float32).reshape(self.shape)
        return raw.view({"F16": np.float16, "F32": np.float32}[self.dtype]).astype(np.float32).reshape(self.shape)

    def check_type(self) -> None:
        """Raise AnnotatorError unless the tensor has one of the types of weights: F16, BF16 or F32."""
        if self.dtype not in _FLOATS:
            raise AnnotatorError(f"{self.path}: weights of the type {self.dtype}", f"save them as {', '.join(_FLOATS)}")


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a checkpoint folder: `model.safetensors`, or those that its index names.

    Raises AnnotatorError if there are none, if one is missing, and if the index names a file of another kind, which
    transformers would load as a pickle.
    """
    if (folder / WHOLE).is_file():
        return [folder / WHOLE]
    index = folder / INDEX
    if not index.is_file():
        if pickled := next((path.name for path in sorted(folder.glob("*.bin"))), None):
            raise AnnotatorError(
                f"{folder}: only pickled weights ({pickled}), which can run code",
                "turn them into safetensors with `annotate models import`",
            )
        raise AnnotatorError(f"{folder}: no {WHOLE}", "copy the weights there, or name another {model}")
    names = read_json(index).get("weight_map")
    if not isinstance(names, dict) or not names or not all(isinstance(name, str) for name in names.values()):
        raise AnnotatorError(f"{index}: no weight_map from tensors to files", _COPY_AGAIN)
    files = sorted(set(names.values()))
    for name in files:
        if not name.endswith(_SUFFIX) or Path(name).name != name:
            raise AnnotatorError(
                f"{index}: names {name!r}, but weights are read only from safetensors files beside it",
                "save them as safetensors first",
            )
        if not (folder / name).is_file():
            raise AnnotatorError(f"{folder}: no {name}, which {INDEX} names", _COPY_AGAIN)
    return [folder / name for name in files]


def read_tensors(folder: Path) -> dict[str, Tensor]:
    """The tensors of a checkpoint's safetensors files. Raises AnnotatorError for missing and for damaged files.

    The format is described at https://huggingface.co/docs/safetensors, "Format". The library safetensors does not say
    where in a file a tensor is, which a graph has to.
    """
    return _Tensors((name, tensor) for path in weight_files(folder) for name, tensor in _tensors(path))


class _Tensors(dict[str, Tensor]):
    """Tensors by name. Raises AnnotatorError for one that is not there."""

    def __missing__(self, name: str) -> Tensor:
        folder = next((tensor.path.parent for tensor in self.values()), None)
        where = f"{folder}: " if folder else ""
        raise AnnotatorError(f"{where}the weights lack {name}", f"{_COPY_AGAIN}, or name another {{model}}")


def _tensors(path: Path) -> Iterator[tuple[str, Tensor]]:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > size:
                raise ValueError("the header does not end")
            header: dict[str, Any] = json.loads(file.read(length))
        for name, entry in header.items():
            if name != "__metadata__":
                yield name, _tensor(path, entry, 8 + length, size)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, struct.error, RecursionError) as error:
        raise AnnotatorError(f"{path}: not a safetensors file ({first_line(error)})", _COPY_AGAIN) from error


def _tensor(path: Path, entry: Mapping[str, Any], first: int, size: int) -> Tensor:
    """The tensor of an entry in the header of a file of `size` bytes, whose tensors begin at `first`."""
    (start, end), shape, dtype = entry["data_offsets"], tuple(entry["shape"]), entry["dtype"]
    if not all(isinstance(number, int) and number >= 0 for number in (start, end, *shape)):
        raise ValueError("offsets and shapes must be whole numbers")
    if first + end > size:
        raise ValueError(f"a tensor ends at byte {first + end:,} of {size:,}")
    if dtype in _BYTES and end - start != math.prod(shape) * _BYTES[dtype]:
        raise ValueError(f"{end - start:,} bytes for a tensor of the type {dtype} and the shape {list(shape)}")
    return Tensor(path, str(dtype), shape, first + start, end - start)


def fingerprint(tensors: Mapping[str, Tensor]) -> str:
    """A hash that tells checkpoints apart: of where each tensor is, and of the classifier, which training changes."""
    digest = hashlib.sha256()
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.path.name} {tensor.dtype} {tensor.shape} {tensor.offset}\n".encode())
        if name.startswith("classifier."):
            digest.update(tensor.values().tobytes())
    return digest.hexdigest()
