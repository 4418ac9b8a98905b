"""A training that starts from a tagger: the checkpoint to start from, and the way back towards it afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path

import torch
from transformers import AutoModel, AutoModelForTokenClassification

from annotator.errors import AnnotatorError, first_line

EMBEDDINGS = "embeddings.word_embeddings.weight"
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")


def warm_start(base: Path, tagger: Path, output: Path) -> None:
    """Write the checkpoint `base` to `output` with all weights of `tagger` but those of pieces and of the classifier.

    `tagger` must have been trained from `base` with frozen embeddings: then its layers fit the embeddings of all pieces
    of `base`, also of those that its own vocabulary lacks. Raises AnnotatorError for layers of another shape.
    """
    model = AutoModel.from_pretrained(base, add_pooling_layer=False)
    weights = AutoModel.from_pretrained(tagger, add_pooling_layer=False).float().state_dict()
    weights[EMBEDDINGS] = model.state_dict()[EMBEDDINGS]
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise AnnotatorError(
            f"{tagger}: its layers do not fit {base}: {first_line(error)}",
            "start from a tagger that was trained from it",
        ) from error
    model.save_pretrained(output)
    for name in TOKENIZER_FILES:
        shutil.copy(base / name, output / name)


def average(trained: Path, other: Path, output: Path, share: float) -> None:
    """Write the tagger `trained` to `output` with weights between its own and those of `other`.

    Each weight is `share` of the trained one and the rest of the other. With the checkpoint where the training began,
    this keeps more of what that did well (Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022). With
    another training from there, it is often better than either (the same authors, "Model soups", ICML 2022). A
    classifier that only `trained` has stays as it is. Raises AnnotatorError if `other` lacks other weights.
    """
    model = AutoModelForTokenClassification.from_pretrained(trained)
    beside, about = AutoModelForTokenClassification.from_pretrained(other, output_loading_info=True)
    weights = dict(beside.named_parameters())
    own = {name for name in about["missing_keys"] if not name.startswith(f"{model.base_model_prefix}.")}
    if lacking := set(about["missing_keys"]) - own:
        raise AnnotatorError(f"{other}: no weights {min(lacking)}", f"average {trained} with a whole checkpoint")
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name not in own:
                parameter.lerp_(weights[name].to(parameter.dtype), 1 - share)
    model.save_pretrained(output)
    for name in TOKENIZER_FILES:
        shutil.copy(trained / name, output / name)
