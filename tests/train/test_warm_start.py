"""Checkpoints to start from."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree

import pytest
import torch
from annotator.train.trim import trim
from annotator.train.warm_start import EMBEDDINGS, average, warm_start
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForTokenClassification

from annotator.errors import AnnotatorError


def encoder_weights(folder: Path) -> dict[str, torch.Tensor]:
    return {name.removeprefix("roberta."): tensor for name, tensor in load_file(folder / "model.safetensors").items()}


def test_layers_are_the_taggers_and_pieces_those_of_the_base(tiny: Path, tmp_path: Path) -> None:
    tagger, started = tmp_path / "tagger", tmp_path / "started"
    trim(tiny, tagger, [["Bern"]], keep=600)
    model = AutoModelForTokenClassification.from_pretrained(tagger)
    with torch.no_grad():
        for parameter in model.roberta.encoder.parameters():
            parameter.add_(1)
    model.save_pretrained(tagger)
    warm_start(tiny, tagger, started)
    base, changed, made = map(encoder_weights, (tiny, tagger, started))
    assert torch.equal(made[EMBEDDINGS], base[EMBEDDINGS]) and len(changed[EMBEDDINGS]) == 600
    layers = [name for name in made if name.startswith("encoder.")]
    assert layers and all(torch.equal(made[name], changed[name]) for name in layers)
    assert (started / "tokenizer.json").read_bytes() == (tiny / "tokenizer.json").read_bytes()


def test_layers_of_another_shape_are_refused(tiny: Path, tmp_path: Path) -> None:
    other = copytree(tiny, tmp_path / "other")
    config = json.loads((tiny / "config.json").read_text(encoding="utf-8"))
    config["intermediate_size"] //= 2
    (other / "config.json").write_text(json.dumps(config), encoding="utf-8")
    AutoModelForTokenClassification.from_config(AutoConfig.from_pretrained(other)).save_pretrained(other)
    with pytest.raises(AnnotatorError, match=r"its layers do not fit .*: start from a tagger"):
        warm_start(tiny, other, tmp_path / "started")


@pytest.mark.parametrize("encoder_only", [True, False])
def test_an_average_lies_between_the_trained_weights_and_others(encoder_only: bool, tiny: Path, tmp_path: Path) -> None:
    trained, other = copytree(tiny, tmp_path / "trained"), tmp_path / "other"
    model = AutoModelForTokenClassification.from_pretrained(trained)
    (model.roberta if encoder_only else model).save_pretrained(other)
    with torch.no_grad():
        for parameter in (*model.roberta.encoder.parameters(), *model.classifier.parameters()):
            parameter.add_(1)
    model.save_pretrained(trained)
    average(trained, other, tmp_path / "average", 0.75)
    first, made = encoder_weights(tiny), encoder_weights(tmp_path / "average")
    layers = [name for name in made if name.startswith("encoder.")]
    assert layers and all(torch.allclose(made[name], first[name] + 0.75, atol=1e-5) for name in layers)
    added = 1 if encoder_only else 0.75  # a classifier that the other lacks stays
    assert torch.allclose(made["classifier.bias"], first["classifier.bias"] + added, atol=1e-5)
    assert torch.equal(made[EMBEDDINGS], first[EMBEDDINGS])


def test_a_checkpoint_that_lacks_a_layer_is_not_averaged(tiny: Path, tmp_path: Path) -> None:
    other = copytree(tiny, tmp_path / "other")
    weights = {
        name: tensor for name, tensor in load_file(tiny / "model.safetensors").items() if ".layer.0." not in name
    }
    save_file(weights, other / "model.safetensors", {"format": "pt"})
    with pytest.raises(AnnotatorError, match=r"other: no weights roberta\.encoder\.layer\.0\..*: average .*whole"):
        average(tiny, other, tmp_path / "average", 0.5)
