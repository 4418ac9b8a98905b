"""A fine-tuned checkpoint -> the published one: the bias of `O` chosen on dev, weights in float16."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModelForTokenClassification, AutoTokenizer

from annotator.document import OUTSIDE
from annotator.engines.base import Batch, Engine
from annotator.pipeline import Annotator

from .corpora import TaggedSentence
from .measure import MICRO, measure


class ShiftedEngine:
    """An engine that adds `shift` to the log-odds of `O`; it computes each batch only once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._computed: dict[bytes, NDArray[np.float32]] = {}
        self.labels = engine.labels
        self.slots, self.max_slots = engine.slots, engine.max_slots
        self.streams, self.on_gpu = engine.streams, engine.on_gpu
        self.shift = 0.0

    def scores(self, batch: Batch) -> NDArray[np.float32]:
        """Log-probabilities float32 [windows, words, labels] after the shift."""
        key = batch.ids.tobytes() + batch.heads.tobytes()
        if key not in self._computed:
            self._computed[key] = self._engine.scores(batch)
        shifted = self._computed[key].copy()
        shifted[..., self.labels.index(OUTSIDE)] += self.shift
        return shifted - np.logaddexp.reduce(shifted, axis=-1, keepdims=True)


def choose_shift(
    annotator: Annotator,
    dev: Mapping[str, Sequence[TaggedSentence]],
    targets: Mapping[str, float],
    shifts: Sequence[float],
) -> tuple[float, dict[float, dict[str, float]]]:
    """The shift of the bias of `O` with the best worst case, and the F1 of each shift and corpus.

    The worst case of a shift is the smallest margin of F1 over its target on the dev corpora.
    """
    engine = ShiftedEngine(annotator.engine)
    shifted = replace(annotator, engine=engine)
    found: dict[float, dict[str, float]] = {}
    for shift in shifts:
        engine.shift = shift
        found[shift] = {name: measure(shifted, sentences)[MICRO].f1 for name, sentences in dev.items()}
    return max(found, key=lambda shift: min(found[shift][name] - targets[name] for name in dev)), found


def publish(checkpoint: Path, tokenizer: Path, output: Path, shift: float) -> None:
    """Write the checkpoint to `output` in float16 safetensors, with `shift` added to the bias of `O`."""
    model = AutoModelForTokenClassification.from_pretrained(checkpoint)
    with torch.no_grad():
        model.classifier.bias[model.config.label2id[OUTSIDE]] += shift
    model.half().save_pretrained(output)
    AutoTokenizer.from_pretrained(tokenizer).save_pretrained(output)
