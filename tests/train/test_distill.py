"""Students of a token classifier."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from annotator.train.alignment import IGNORED, Example
from annotator.train.distill import distill, student_of
from annotator.train.mixture import batches
from annotator.train.trainer import Settings
from torch.nn.functional import kl_div
from transformers import AutoModelForTokenClassification

from annotator import Annotator
from annotator.errors import UsageError
from support.trainings import GOLD, Killed, kill_at

SETTINGS = Settings(rate=1e-3, hidden_dropout=0.0, attention_dropout=0.0, freeze_embeddings=True, save_steps=2)


@pytest.fixture
def ready(tiny: Path) -> list[list[Example]]:
    return [batch[:4] for batch in batches(GOLD, tiny)][:5]


def test_a_student_of_all_layers_is_the_teacher(tiny: Path) -> None:
    teacher = AutoModelForTokenClassification.from_pretrained(tiny)
    layers = range(teacher.config.num_hidden_layers)
    student = student_of(teacher, layers, SETTINGS).eval()
    ids = torch.tensor([[0, 5, 9, 7, 2]])
    assert torch.equal(student(ids).logits, teacher(ids).logits)


def test_a_student_has_the_layers_that_were_asked_for(tiny: Path) -> None:
    teacher = AutoModelForTokenClassification.from_pretrained(tiny)
    last = teacher.config.num_hidden_layers - 1
    student = student_of(teacher, [last], SETTINGS)
    assert student.config.num_hidden_layers == 1
    kept = student.state_dict()["roberta.encoder.layer.0.output.dense.weight"]
    assert torch.equal(kept, teacher.state_dict()[f"roberta.encoder.layer.{last}.output.dense.weight"])
    with pytest.raises(UsageError, match=f"not all among the teacher's, 0 to {last}"):
        student_of(teacher, [last + 1], SETTINGS)


def test_training_brings_the_student_nearer_to_its_teacher(
    tiny: Path, tmp_path: Path, ready: list[list[Example]]
) -> None:
    teacher = AutoModelForTokenClassification.from_pretrained(tiny)
    final = distill(tiny, tmp_path, [0], ready[:1] * 60, replace(SETTINGS, rate=3e-3, save_steps=100))
    trained = AutoModelForTokenClassification.from_pretrained(final)
    (example, *_) = ready[0]
    heads = [i for i, label in enumerate(example.labels) if label != IGNORED]
    before, after, goal = (
        model.eval()(torch.tensor([example.ids])).logits[0, heads].log_softmax(-1)
        for model in (student_of(teacher, [0], SETTINGS), trained, teacher)
    )
    distances = [kl_div(one, goal, reduction="batchmean", log_target=True).item() for one in (before, after)]
    assert distances[1] < 0.7 * distances[0]
    assert Annotator.load(str(final), engine="torch", device="cpu")("Bern").text == "Bern"


def test_a_killed_distillation_resumes_to_the_same_weights(
    tiny: Path, tmp_path: Path, ready: list[list[Example]], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = distill(tiny, tmp_path / "whole", [0], ready, SETTINGS)
    with monkeypatch.context() as killing, pytest.raises(Killed):
        kill_at(3, killing)
        distill(tiny, tmp_path / "killed", [0], ready, SETTINGS)
    resumed = distill(tiny, tmp_path / "killed", [0], ready, replace(SETTINGS))
    assert (resumed / "model.safetensors").read_bytes() == (whole / "model.safetensors").read_bytes()
