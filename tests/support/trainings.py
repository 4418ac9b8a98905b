"""Sentences and settings to train tiny models with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from annotator.train.corpora import TaggedSentence, read_tagged
from annotator.train.panx import Panx
from transformers import Trainer

from annotator.labels import PANX_TAGS
from support.paths import SAMPLES

GOLD: list[TaggedSentence] = list(read_tagged(SAMPLES / "gold.conll", PANX_TAGS))
LABEL_IDS = {tag: i for i, tag in enumerate(PANX_TAGS)}

OWN = [TaggedSentence(("Hafen", f"X{number}"), ("O", "B-HAFEN")) for number in range(10)]


def no_panx() -> Panx:
    """Stands for PAN-X where nothing may ask for it."""
    raise AssertionError("asks for PAN-X")


class Killed(Exception):
    """Stands for the kill of a training."""


def write_conll(path: Path, sentences: list[TaggedSentence]) -> Path:
    """The path, at which the sentences now are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["".join(f"{w}\t{t}\n" for w, t in zip(s.words, s.tags, strict=True)) for s in sentences]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def save_panx(root: Path) -> Path:
    """A PAN-X folder of German, French and English made of the gold sample; Italian is missing."""
    for lang, sentences in {"de": GOLD[:30], "fr": GOLD[30:50], "en": GOLD[50:70]}.items():
        for split in ("train", "dev", "test"):
            write_conll(root / lang / f"{split}.tsv", sentences)
    return root


def kill_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the next training raise Killed at a step."""
    training_step: Callable[..., Any] = Trainer.training_step

    def dying(self: Trainer, *args: Any, **kwargs: Any) -> Any:
        if self.state.global_step == step:
            raise Killed
        return training_step(self, *args, **kwargs)

    monkeypatch.setattr(Trainer, "training_step", dying)
