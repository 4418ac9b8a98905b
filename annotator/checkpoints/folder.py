"""Model names, folders and Hub names -> an opened checkpoint folder.

Weights are read from safetensors only, because a pickle can run any code.
"""

from __future__ import annotations

import json
import re
import sys
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from annotator.errors import AnnotatorError, UsageError, did_you_mean, first_line

DEFAULT_MODEL = "panx-mini"
# Models that come with the package.
EMBEDDED_MODELS = (DEFAULT_MODEL,)
# Models that have a name here -> their names on the Hugging Face Hub.
HUB_MODELS = {"xlm-r-panx": "shroukAdel/xlm-roberta-base-finetuned-panx-all"}
# The files of a checkpoint to download: weights in other formats than safetensors are left out.
HUB_FILES = ["*.json", "*.safetensors", "*.model", "*.txt", "README.md"]
# Architectures that count positions from the padding id onwards, like RoBERTa.
POSITIONS_AFTER_PADDING = {"roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "roberta-prelayernorm", "mpnet"}
# A checkpoint has at least one of these for its tokenizer.
TOKENIZER_FILES = ("tokenizer.json", "sentencepiece.bpe.model", "spiece.model", "vocab.txt", "vocab.json")
_HUB_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*", re.ASCII)
NO_LIMIT = 10**6  # tokenizers without a limit of their own state a huge number


def find_checkpoint(name: str) -> Path:
    """The folder of a model: a known name, a folder, or `owner/name` on the Hub.

    A Hub model that is not on this machine yet is downloaded, which is announced on stderr first. Raises UsageError
    for a name that is none of these and for a folder without a config.json, AnnotatorError for a failed download and
    for a checkpoint that lacks other files.
    """
    if name in EMBEDDED_MODELS:
        folder = embedded_folder(name)
    elif _is_folder(name):
        folder = Path(name)
    elif name in HUB_MODELS or _HUB_NAME.fullmatch(name):
        folder = _download(HUB_MODELS.get(name, name))
    else:
        known = [*EMBEDDED_MODELS, *HUB_MODELS]
        raise UsageError(
            f"unknown model {name!r}",
            f"{did_you_mean(name, known)}It is neither a folder, nor owner/name on the Hub, nor one of "
            f"{', '.join(known)}",
        )
    _check_complete(folder)
    return folder


def _is_folder(name: str) -> bool:
    try:
        return bool(name) and Path(name).is_dir()  # an empty path is the current folder
    except OSError:  # a name too long for a path
        return False


def embedded_folder(name: str) -> Path:
    """The folder of a model that comes with the package."""
    return Path(str(files("annotator.models") / name))


def downloaded_folder(repository: str) -> Path | None:
    """The folder of a Hub model that was downloaded before; None if it was not, or not completely."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    with suppress(LocalEntryNotFoundError, HFValidationError):
        folder = Path(snapshot_download(repository, allow_patterns=HUB_FILES, local_files_only=True))
        if any(folder.glob("*.safetensors")):
            return folder
    return None


def _download(repository: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    if folder := downloaded_folder(repository):
        return folder
    sys.stderr.write(f"annotate: downloading {repository} from the Hugging Face Hub\n")
    try:
        return Path(snapshot_download(repository, allow_patterns=HUB_FILES))
    except (HfHubHTTPError, LocalEntryNotFoundError, HFValidationError, OSError) as error:
        raise AnnotatorError(
            f"model {repository} cannot be downloaded ({first_line(error)})",
            "check the name and the network, or set {model} to a checkpoint folder",
        ) from error


def _check_complete(folder: Path) -> None:
    if not (folder / "config.json").is_file():
        raise UsageError(f"{folder}: no config.json", "name the folder of a Hugging Face checkpoint")
    if not any(folder.glob("*.safetensors")):
        if pickled := next((path.name for path in folder.glob("*.bin")), None):
            raise AnnotatorError(
                f"{folder}: only pickled weights ({pickled}), which can run code",
                "save them as model.safetensors first",
            )
        raise AnnotatorError(f"{folder}: no model.safetensors", "copy the weights there, or name another {model}")
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise AnnotatorError(
            f"{folder}: no tokenizer (tokenizer.json)", "copy it from the model that this one was trained from"
        )


def load_tokenizer(folder: Path) -> Tokenizer:
    """The fast tokenizer of a checkpoint folder, set up for text that is already split into words.

    Raises AnnotatorError if there is none and none can be made from the folder's files.
    """
    if (folder / "tokenizer.json").is_file():
        settings = _read_json(folder / "tokenizer.json")
        splitter = settings.get("pre_tokenizer") or {}
        for part in [splitter, *splitter.get("pretokenizers", [])]:
            if part.get("type") == "ByteLevel":
                part["add_prefix_space"] = True  # otherwise each word would look like the rest of the previous one
        return Tokenizer.from_str(json.dumps(settings))
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder, add_prefix_space=True, local_files_only=True).backend_tokenizer
    except (OSError, ValueError, AttributeError) as error:
        raise AnnotatorError(
            f"{folder}: no fast tokenizer (tokenizer.json), and none can be made from its files ({first_line(error)})",
            "save the model's fast tokenizer there",
        ) from error


def max_pieces(folder: Path) -> int:
    """The number of pieces, special ones included, that the checkpoint's model accepts at once."""
    config = _read_json(folder / "config.json")
    limits = [512]
    if positions := config.get("max_position_embeddings"):
        after_padding = config.get("model_type") in POSITIONS_AFTER_PADDING
        limits = [int(positions) - (int(config.get("pad_token_id", 1)) + 1 if after_padding else 0)]
    tokenizer_config = folder / "tokenizer_config.json"
    if tokenizer_config.is_file():
        limit = _read_json(tokenizer_config).get("model_max_length")
        if limit and limit < NO_LIMIT:
            limits.append(int(limit))
    return min(limits)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise AnnotatorError(f"{path}: not JSON ({first_line(error)})", "copy the checkpoint again") from error
    return value
