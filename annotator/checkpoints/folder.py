"""Model names, folders and Hub names -> an opened checkpoint folder.

Weights are read from safetensors only: a pickle can run any code.
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

from annotator.errors import AnnotatorError, UsageError, did_you_mean

DEFAULT_MODEL = "panx-mini"
EMBEDDED = (DEFAULT_MODEL,)
# Names that the package knows -> names on the Hugging Face Hub.
KNOWN_ON_HUB = {"xlm-r-panx": "shroukAdel/xlm-roberta-base-finetuned-panx-all"}
# What a checkpoint may consist of; weights in other forms are not fetched.
HUB_FILES = ["*.json", "*.safetensors", "*.model", "*.txt", "README.md"]
# RoBERTa and its relatives count positions from the padding id on.
POSITIONS_AFTER_PADDING = {"roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "roberta-prelayernorm", "mpnet"}
# What a checkpoint's tokenizer is made of, one of them at least.
TOKENIZER_FILES = ("tokenizer.json", "sentencepiece.bpe.model", "spiece.model", "vocab.txt", "vocab.json")
_HUB_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*", re.ASCII)
NO_LIMIT = 10**6  # tokenizers without a limit of their own give a huge number


def find_checkpoint(name: str) -> Path:
    """The folder of a model: a known name, a folder, or `owner/name` on the Hub.

    A Hub model that is not on this machine yet is downloaded, and that is said on stderr first.
    Raises UsageError for a name that is none of these, AnnotatorError for a folder that is no checkpoint.
    """
    if name in EMBEDDED:
        folder = embedded_folder(name)
    elif _is_folder(name):
        folder = Path(name)
    elif name in KNOWN_ON_HUB or _HUB_NAME.fullmatch(name):
        folder = _from_hub(KNOWN_ON_HUB.get(name, name))
    else:
        known = [*EMBEDDED, *KNOWN_ON_HUB]
        raise UsageError(
            f"unknown model {name!r}: {did_you_mean(name, known)}It is neither a folder, nor owner/name on the Hub, "
            f"nor one of {', '.join(known)}"
        )
    _check(folder)
    return folder


def _is_folder(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except OSError:  # a name too long for a path
        return False


def embedded_folder(name: str) -> Path:
    """The folder of a model that comes with the package."""
    return Path(str(files("annotator.models") / name))


def on_this_machine(repository: str) -> Path | None:
    """The folder of a Hub model that was downloaded before; None where it was not, or not to its end."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    with suppress(LocalEntryNotFoundError, HFValidationError):
        here = Path(snapshot_download(repository, allow_patterns=HUB_FILES, local_files_only=True))
        if any(here.glob("*.safetensors")):
            return here
    return None


def _from_hub(repository: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    if here := on_this_machine(repository):
        return here
    sys.stderr.write(f"annotate: downloading {repository} from the Hugging Face Hub\n")
    try:
        return Path(snapshot_download(repository, allow_patterns=HUB_FILES))
    except (HfHubHTTPError, LocalEntryNotFoundError, HFValidationError, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        raise AnnotatorError(
            f"model {repository} cannot be downloaded ({reason}): check the name and the network, "
            "or give --model a checkpoint folder"
        ) from error


def _check(folder: Path) -> None:
    if not (folder / "config.json").is_file():
        raise AnnotatorError(f"{folder}: no config.json: not a Hugging Face checkpoint folder")
    if not any(folder.glob("*.safetensors")):
        pickled = next((path.name for path in folder.glob("*.bin")), None)
        raise AnnotatorError(
            f"{folder}: only pickled weights ({pickled}), which can run code: save them as model.safetensors first"
            if pickled
            else f"{folder}: no model.safetensors"
        )
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise AnnotatorError(
            f"{folder}: no tokenizer (tokenizer.json): copy it there from the model it was trained from"
        )


def load_tokenizer(folder: Path) -> Tokenizer:
    """The fast tokenizer of a checkpoint folder, set to take text that is split into words already."""
    if (folder / "tokenizer.json").is_file():
        settings = _read_json(folder / "tokenizer.json")
        splitter = settings.get("pre_tokenizer") or {}
        for part in [splitter, *splitter.get("pretokenizers", [])]:
            if part.get("type") == "ByteLevel":
                part["add_prefix_space"] = True  # else each word would look like the rest of the one before
        return Tokenizer.from_str(json.dumps(settings))
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder, add_prefix_space=True, local_files_only=True).backend_tokenizer
    except (OSError, ValueError, AttributeError) as error:
        raise AnnotatorError(f"{folder}: no fast tokenizer (tokenizer.json), and none can be made of it") from error


def max_pieces(folder: Path) -> int:
    """The most pieces, special ones included, that the checkpoint's model takes at once."""
    config = _read_json(folder / "config.json")
    limits = [512]
    if positions := config.get("max_position_embeddings"):
        shifted = config.get("model_type") in POSITIONS_AFTER_PADDING
        limits = [int(positions) - (int(config.get("pad_token_id", 1)) + 1 if shifted else 0)]
    tokenizer_config = folder / "tokenizer_config.json"
    if tokenizer_config.is_file():
        own = _read_json(tokenizer_config).get("model_max_length")
        if own and own < NO_LIMIT:
            limits.append(int(own))
    return min(limits)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise AnnotatorError(f"{path}: not JSON: {error}") from error
    return value
