"""A trained checkpoint -> the published one: `O` shifted and scores calibrated on dev, weights in float16."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModelForTokenClassification, AutoTokenizer

from annotator.document import OUTSIDE
from annotator.engines.base import Batch, Engine
from annotator.pipeline import Annotator

from .corpora import TaggedSentence
from .measure import MICRO, calibration_error, measure

SHARD_SIZE = "94MB"  # of a safetensors file: repositories refuse files of 100 MB
Dev = Mapping[str, Sequence[TaggedSentence]]


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A change of a classifier's logits: `shift` is added to that of `O`, then all are divided by `temperature`.

    Both can be folded into the classifier's weights, so that every engine has them.
    """

    shift: float = 0.0
    temperature: float = 1.0


class AdjustedEngine:
    """An engine with an adjustment; it computes each batch only once, so that many adjustments can be tried."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._computed: dict[bytes, NDArray[np.float32]] = {}
        self.labels = engine.labels
        self.slots, self.max_slots = engine.slots, engine.max_slots
        self.streams, self.on_gpu = engine.streams, engine.on_gpu
        self.adjustment = Adjustment()

    def scores(self, batch: Batch) -> NDArray[np.float32]:
        """Adjusted log-probabilities, float32 [windows, words, labels]."""
        key = batch.ids.tobytes() + batch.heads.tobytes()
        if key not in self._computed:
            self._computed[key] = self._engine.scores(batch)
        adjusted = self._computed[key].copy()
        adjusted[..., self.labels.index(OUTSIDE)] += self.adjustment.shift
        adjusted /= self.adjustment.temperature
        return adjusted - np.logaddexp.reduce(adjusted, axis=-1, keepdims=True)


def try_all(
    annotator: Annotator, engine: AdjustedEngine, dev: Dev, adjustments: Iterable[Adjustment]
) -> Iterator[tuple[Adjustment, dict[str, float], dict[str, float]]]:
    """Each adjustment of the engine with the F1 and the calibration error that it gives for each dev corpus."""
    adjusted = replace(annotator, engine=engine)
    for adjustment in adjustments:
        engine.adjustment = adjustment
        yield (
            adjustment,
            {name: measure(adjusted, sentences)[MICRO].f1 for name, sentences in dev.items()},
            {name: calibration_error(adjusted, sentences) for name, sentences in dev.items()},
        )


def shortfall(f1: Mapping[str, float], targets: Mapping[str, float]) -> float:
    """How far the corpora of `targets` lie below their targets, added up."""
    return sum(max(target - f1[name], 0.0) for name, target in targets.items())


def publish(checkpoint: Path, tokenizer: Path, output: Path, adjustment: Adjustment) -> None:
    """Write the checkpoint to `output`, adjusted, in float16 safetensors of at most SHARD_SIZE each."""
    model = AutoModelForTokenClassification.from_pretrained(checkpoint)
    with torch.no_grad():
        model.classifier.bias[model.config.label2id[OUTSIDE]] += adjustment.shift
        for parameter in model.classifier.parameters():
            parameter.div_(adjustment.temperature)
    model.half().save_pretrained(output, max_shard_size=SHARD_SIZE)
    AutoTokenizer.from_pretrained(tokenizer).save_pretrained(output)
