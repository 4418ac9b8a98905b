"""Model names, folders and Hub names -> an opened checkpoint folder.

Weights are read from safetensors only, because a pickle can run any code.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

from tokenizers import Tokenizer

from annotator.checkpoints.config import CONFIG, read_config, read_json, whole_number
from annotator.checkpoints.packages import PackagedModel, packaged_models
from annotator.checkpoints.weights import weight_files
from annotator.errors import AnnotatorError, UsageError, did_you_mean, first_line
from annotator.system.calls import longest_wait

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
# The steps of a tokenizer around its model.
_STEPS = ("normalizer", "pre_tokenizer", "post_processor", "decoder")
_HUB_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*", re.ASCII)
FEWEST_PIECES = 8  # room for special pieces and a word or two
NO_LIMIT = 10**6  # tokenizers without a limit of their own state a huge number


def find_checkpoint(name: str) -> Path:
    """The folder of a model: a known name, one that a distribution brings, a folder, or `owner/name` on the Hub.

    A Hub model that is not on this machine yet is downloaded, which is announced on stderr first. Raises UsageError
    for a name that is none of these and for a folder without a config.json, AnnotatorError for a failed download and
    for a checkpoint that lacks other files.
    """
    if name in EMBEDDED_MODELS:
        folder = embedded_folder(name)
    elif packaged := _packaged(name):
        folder = packaged.folder()
    elif _is_folder(name):
        folder = Path(name)
    elif name in HUB_MODELS or _HUB_NAME.fullmatch(name):
        repository = HUB_MODELS.get(name, name)
        folder = downloaded_folder(repository) or _download(repository)
    else:
        known = [*EMBEDDED_MODELS, *HUB_MODELS, *packaged_models()]
        raise UsageError(
            f"unknown model {name!r}",
            f"{did_you_mean(name, known)}It is neither a folder, nor owner/name on the Hub, nor one of "
            f"{', '.join(known)}",
        )
    _check_complete(folder)
    return folder


def find_files(name: str, patterns: Sequence[str]) -> Path:
    """The folder `name`, or that of the files of `owner/name` on the Hub that match `patterns`, downloaded if need be.

    Raises UsageError for a name that is neither, AnnotatorError for a failed download.
    """
    if _is_folder(name):
        return Path(name)
    if not _HUB_NAME.fullmatch(name):
        raise UsageError(f"{name}: no such folder", "name a checkpoint folder, or owner/name on the Hub")
    return _download(name, patterns)


def _packaged(name: str) -> PackagedModel | None:
    """The model of this name that a distribution brings; a name is no path."""
    return None if "/" in name or "\\" in name else packaged_models().get(name)


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
        with suppress(AnnotatorError):
            weight_files(folder)
            return folder
    return None


def _download(repository: str, patterns: Sequence[str] = HUB_FILES) -> Path:
    from huggingface_hub import HfApi, constants, snapshot_download

    sys.stderr.write(f"annotate: downloading {repository} from the Hugging Face Hub\n")
    seconds = longest_wait()
    try:
        if not constants.HF_HUB_OFFLINE:
            HfApi().model_info(repository, timeout=seconds)  # as the download begins, but without any limit
        return Path(snapshot_download(repository, allow_patterns=list(patterns)))
    except Exception as error:  # also what the library raises that makes the connections
        raise AnnotatorError(
            f"model {repository} cannot be downloaded ({first_line(error)})",
            "check the name and the network, or set {model} to a checkpoint folder",
        ) from error


def _check_complete(folder: Path) -> None:
    if not (folder / "config.json").is_file():
        raise UsageError(f"{folder}: no config.json", "name the folder of a Hugging Face checkpoint")
    weight_files(folder)
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise AnnotatorError(
            f"{folder}: no tokenizer (tokenizer.json)", "copy it from the model that this one was trained from"
        )


def load_tokenizer(folder: Path) -> Tokenizer:
    """The fast tokenizer of a checkpoint folder, set up for text that is already split into words.

    Raises AnnotatorError if there is none and none can be made from the folder's files.
    """
    if (folder / "tokenizer.json").is_file():
        tokenizer = _read_tokenizer(folder / "tokenizer.json")
    else:
        from transformers import AutoTokenizer

        try:
            made = AutoTokenizer.from_pretrained(folder, add_prefix_space=True, local_files_only=True)
            tokenizer = made.backend_tokenizer
        except Exception as error:  # damaged files make transformers raise nearly anything
            raise AnnotatorError(
                f"{folder}: no fast tokenizer (tokenizer.json), and none can be made from its files "
                f"({first_line(error)})",
                "save the model's fast tokenizer there",
            ) from error
    _check_vocabulary(folder, tokenizer)
    return tokenizer


def _read_tokenizer(path: Path) -> Tokenizer:
    settings = read_json(path)
    try:
        for name in _STEPS:  # tokenizers takes some lists for a step of another kind
            if not isinstance(settings.get(name), dict | None):
                raise ValueError(f"its {name} is no object")
        splitter = settings.get("pre_tokenizer") or {}
        for part in [splitter, *splitter.get("pretokenizers", [])]:
            if part.get("type") == "ByteLevel":
                part["add_prefix_space"] = True  # otherwise each word would look like the rest of the previous one
        tokenizer = Tokenizer.from_str(json.dumps(settings))
        if not tokenizer.encode(["a"], is_pretokenized=True, add_special_tokens=False).ids:
            raise ValueError("it has no piece for the word 'a'")
    except Exception as error:  # tokenizers raises it as it is
        raise AnnotatorError(
            f"{path}: not a tokenizer ({first_line(error)})",
            "copy it again from the model that this one was trained from",
        ) from error
    return tokenizer


def _check_vocabulary(folder: Path, tokenizer: Tokenizer) -> None:
    """Raise AnnotatorError if the tokenizer has pieces that the model does not know, such as that of another model."""
    if not (folder / CONFIG).is_file():
        return
    known = whole_number(folder / CONFIG, read_config(folder), "vocab_size", least=1)
    pieces = tokenizer.get_vocab_size()
    if known is not None and pieces > known:
        raise AnnotatorError(
            f"{folder}: the tokenizer has {pieces:,} pieces, the model knows {known:,}",
            "copy the tokenizer again from the model that this one was trained from",
        )


def max_pieces(folder: Path) -> int:
    """The number of pieces, special ones included, that the checkpoint's model accepts at once."""
    path, config = folder / CONFIG, read_config(folder)
    limit = 512
    if positions := whole_number(path, config, "max_position_embeddings"):
        limit = positions
        if config.get("model_type") in POSITIONS_AFTER_PADDING:
            padding = whole_number(path, config, "pad_token_id")
            limit -= 1 + (1 if padding is None else padding)
    if limit < FEWEST_PIECES:
        raise AnnotatorError(f"{path}: leaves room for {limit} pieces, too few for a word", "correct it there")
    path = folder / "tokenizer_config.json"
    if path.is_file():
        own = whole_number(path, read_json(path), "model_max_length", FEWEST_PIECES)
        if own is not None and own < NO_LIMIT:
            limit = min(limit, own)
    return limit
