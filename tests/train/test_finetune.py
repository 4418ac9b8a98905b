"""Fine-tuning on a tiny random-weight encoder."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
import torch
from annotator.train.alignment import align
from annotator.train.finetune import _load, finetune, finetune_batches
from annotator.train.measure import MICRO, measure
from annotator.train.trainer import Settings, last_checkpoint
from numpy.typing import NDArray
from safetensors.torch import load_file
from transformers import AutoModelForTokenClassification, AutoTokenizer, Trainer

from annotator import Annotator
from annotator.errors import AnnotatorError
from annotator.labels import PANX_TAGS
from support.trainings import GOLD, LABEL_IDS, Killed, kill_at


def overfit(base: Path, output: Path, settings: Settings) -> Path:
    tokenizer = AutoTokenizer.from_pretrained(base)
    examples = list(align(GOLD[:8], tokenizer, LABEL_IDS, 256))
    batches = [examples] * 300
    final: Path = finetune_batches(base, output, PANX_TAGS, batches, settings)
    tokenizer.save_pretrained(final)
    return final


@pytest.mark.slow
def test_a_tiny_model_learns_its_data_and_a_killed_run_resumes_to_the_same_weights(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(rate=2e-3, warmup=0.06, hidden_dropout=0.0, attention_dropout=0.0, save_steps=50)
    whole = overfit(tiny, tmp_path / "whole", settings)
    assert measure(Annotator.load(str(whole), device="cpu"), GOLD[:8])[MICRO].f1 > 0.9

    # What a run killed at step 120 leaves: the checkpoints of steps 50 and 100.
    kill_at(120, monkeypatch)
    with pytest.raises(Killed):
        overfit(tiny, tmp_path / "killed", settings)
    monkeypatch.undo()
    resumed = overfit(tiny, tmp_path / "killed", settings)
    a, b = load_file(whole / "model.safetensors"), load_file(resumed / "model.safetensors")
    assert all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.slow
def test_a_killed_run_resumed_and_the_same_seed_twice_give_the_same_weights(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropping = Settings(rate=5e-3, epochs=2, batch=8, save_steps=3)  # dropout: its random state must come back too

    def weights(name: str) -> dict[str, NDArray[np.float32]]:
        finetune(str(tiny), tmp_path / name, PANX_TAGS, GOLD[:40], GOLD[40:50], dropping)
        return {k: v.numpy() for k, v in load_file(tmp_path / name / "model.safetensors").items()}

    whole = weights("whole")
    again = weights("again")
    assert all((whole[k] == again[k]).all() for k in whole)

    kill_at(8, monkeypatch)
    with pytest.raises(Killed):
        weights("killed")
    monkeypatch.undo()
    checkpoints = tmp_path / "killed" / "checkpoints"
    assert (last_checkpoint(checkpoints) or "").endswith("checkpoint-6")
    # And what a kill while saving leaves: a later checkpoint that is not complete.
    (checkpoints / "checkpoint-8").mkdir()
    resumed = weights("killed")
    assert all((whole[k] == resumed[k]).all() for k in whole)


def test_the_last_complete_checkpoint_is_found_and_incomplete_ones_are_removed(tmp_path: Path) -> None:
    assert last_checkpoint(tmp_path) is None
    for step in (50, 100, 150):
        (tmp_path / f"checkpoint-{step}").mkdir()
    for step in (50, 100):
        (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text("{}")
    assert last_checkpoint(tmp_path) == str(tmp_path / "checkpoint-100")
    assert not (tmp_path / "checkpoint-150").exists()


def test_a_base_that_classifies_lends_the_weights_of_the_labels_that_both_have(tiny: Path) -> None:
    tags = ("O", "B-CITY", "I-CITY", "B-LOC", "I-LOC")
    before = AutoModelForTokenClassification.from_pretrained(tiny).classifier
    _, model = _load(str(tiny), tags, Settings())
    assert model.config.id2label == dict(enumerate(tags)) and model.num_labels == len(tags)
    assert model.classifier.weight.shape == (len(tags), 32)
    assert torch.equal(model.classifier.weight[3], before.weight[PANX_TAGS.index("B-LOC")])
    assert torch.equal(model.classifier.bias[4], before.bias[PANX_TAGS.index("I-LOC")])
    assert not any(torch.equal(model.classifier.weight[1], row) for row in before.weight)


def test_a_base_whose_classifier_is_several_layers_is_refused(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.train.finetune.OUTPUT_LAYERS", ())
    with pytest.raises(AnnotatorError, match="its classifier is not a single layer: name another base"):
        _load(str(tiny), PANX_TAGS, Settings())


def test_a_model_of_this_machine_is_a_base_by_its_name_in_float32() -> None:
    tokenizer, model = _load("panx-mini", PANX_TAGS, Settings())
    assert model.dtype == torch.float32 and len(tokenizer) == model.config.vocab_size


def test_a_folder_that_cannot_be_written_is_said_before_the_training(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AnnotatorError, match=r"file/out: cannot be written: Not a directory"):
        finetune(str(tiny), tmp_path / "file" / "out", PANX_TAGS, GOLD[:1], GOLD[:1], Settings())


def test_a_base_without_a_message_of_its_own_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_base: str) -> None:
        raise ValueError

    monkeypatch.setattr(AutoTokenizer, "from_pretrained", broken)
    with pytest.raises(AnnotatorError, match="fine-tuned as a token classifier: ValueError"):
        finetune("base", tmp_path, PANX_TAGS, GOLD[:1], GOLD[:1], Settings())


def test_a_full_disk_is_reported_with_a_remedy(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Trainer, "train", full)
    with pytest.raises(AnnotatorError, match=r"the disk is full; .*: free some space and continue with resume"):
        finetune_batches(tiny, tmp_path, PANX_TAGS, [], Settings())
