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


def average(trained: Path, start: Path, output: Path, share: float) -> None:
    """Write the tagger `trained` to `output` with layers between its own and those of `start`, where it began.

    Each weight is `share` of the trained one and the rest of the other, which keeps more of what `start` did well:
    Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022. The classifier stays as it is.
    """
    model = AutoModelForTokenClassification.from_pretrained(trained)
    before = AutoModel.from_pretrained(start, add_pooling_layer=False).float().state_dict()
    with torch.no_grad():
        for name, parameter in model.base_model.named_parameters():
            parameter.lerp_(before[name], 1 - share)
    model.save_pretrained(output)
    for name in TOKENIZER_FILES:
        shutil.copy(trained / name, output / name)
