"""A checkpoint with pickled weights -> the same one in safetensors, without running anything that a pickle names.

`torch.load(weights_only=True)` builds tensors and plain containers only, and refuses a pickle that asks for more:
https://docs.pytorch.org/docs/stable/generated/torch.load.html
"""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any

from annotator.checkpoints.config import CONFIG, read_json
from annotator.checkpoints.folder import TOKENIZER_FILES
from annotator.checkpoints.weights import INDEX, WHOLE
from annotator.errors import AnnotatorError, UsageError, first_line

PICKLED = "pytorch_model.bin"
PICKLED_INDEX = "pytorch_model.bin.index.json"  # says which tensor is in which of several files
# What to download of a checkpoint on the Hub.
HUB_FILES = ["*.json", "pytorch_model*.bin", "*.model", "*.txt", "README.md"]
_COPIED = (CONFIG, "*token*.json", "merges.txt", "README.md", *TOKENIZER_FILES)
_COPY_AGAIN = "copy or download the checkpoint again"


def import_pickled(folder: Path, output: Path) -> Path:
    """Write the checkpoint `folder` to the folder `output` with its weights as safetensors, and return that file.

    The file of the weights appears last, so that an interrupted import is no checkpoint. Raises UsageError for a
    folder without pickled weights and for an output that has weights already; AnnotatorError for a pickle that holds
    anything but tensors by name, and for damaged files.
    """
    from safetensors.torch import save_file

    if not (folder / CONFIG).is_file():
        raise UsageError(f"{folder}: no {CONFIG}", "name the folder of a Hugging Face checkpoint")
    if (output / WHOLE).exists() or (output / INDEX).exists():
        raise UsageError(f"{output}: has weights already", "name another folder with {output}")
    tensors: dict[str, Any] = {}
    for path in pickled_files(folder):
        tensors |= read_pickled(path)
    output.mkdir(parents=True, exist_ok=True)
    for path in {path for pattern in _COPIED for path in folder.glob(pattern)}:
        if path.name != PICKLED_INDEX and not (output / path.name).exists():
            shutil.copyfile(path, output / path.name)
    partial = output / f"{WHOLE}.partial"
    # Tensors that share their memory, such as tied embeddings, cannot be saved: each gets its own.
    save_file({name: tensor.clone().contiguous() for name, tensor in tensors.items()}, partial, {"format": "pt"})
    partial.replace(output / WHOLE)
    return output / WHOLE


def pickled_files(folder: Path) -> list[Path]:
    """The files of pickled weights of a checkpoint folder. Raises UsageError if there are none.

    Raises AnnotatorError for an index that names files elsewhere or files that are missing.
    """
    if (folder / PICKLED).is_file():
        return [folder / PICKLED]
    index = folder / PICKLED_INDEX
    if not index.is_file():
        if (folder / WHOLE).exists() or (folder / INDEX).exists():
            raise UsageError(f"{folder}: its weights are safetensors already", "name the folder with {model}")
        raise UsageError(f"{folder}: no {PICKLED}", "name a checkpoint with pickled weights")
    names = read_json(index).get("weight_map")
    if not isinstance(names, dict) or not names or not all(isinstance(name, str) for name in names.values()):
        raise AnnotatorError(f"{index}: no weight_map from tensors to files", _COPY_AGAIN)
    for name in (files := sorted(set(names.values()))):
        if Path(name).name != name or not (folder / name).is_file():
            raise AnnotatorError(f"{index}: names {name!r}, which is not beside it", _COPY_AGAIN)
    return [folder / name for name in files]


def read_pickled(path: Path) -> dict[str, Any]:
    """The tensors of a file of pickled weights by name. Raises AnnotatorError for a file that holds anything else."""
    import pickle

    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of a version of pickles; what cannot be read is an error
            values = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise AnnotatorError(
            f"{path}: holds more than tensors, or is damaged; nothing of it was run",
            "ask its author for safetensors, or look for a copy with them",
        ) from error
    except Exception as error:  # damaged archives make torch raise nearly anything
        raise AnnotatorError(f"{path}: not a file of weights ({first_line(error)})", _COPY_AGAIN) from error
    if (
        not isinstance(values, dict)
        or not values
        or not all(isinstance(name, str) and isinstance(value, torch.Tensor) for name, value in values.items())
    ):
        raise AnnotatorError(f"{path}: not tensors by name", "import the state dict of a transformers model")
    return values
