"""What a training shows on stderr: what it takes, one bar, one line an epoch, and nothing that transformers says.

What it takes in memory and on disk follows from the number of weights; the time is that of the first batches.
"""

# ruff: noqa: ARG002  the Trainer passes more than these callbacks need

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from logging import ERROR, getLogger
from typing import Any

from tqdm import tqdm
from transformers import PreTrainedModel, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.utils import logging

from .trainer import KEPT_CHECKPOINTS

Say = Callable[[str], None]
TIMED_STEPS = 3


class Watch(TrainerCallback):
    """Shows a bar of the steps on a terminal, and says the F1 after each epoch and how long the rest will take."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._bar: tqdm[Any] | None = None
        self._started = time.monotonic()
        self._first_step = 0
        self._timed_from = 0.0

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Begin the bar, at the step that a resumed training has reached."""
        self._started, self._first_step = time.monotonic(), state.global_step
        if model := kwargs.get("model"):
            self._say(needs(model, state.max_steps - state.global_step))
        if sys.stderr.isatty():
            self._bar = tqdm(
                total=state.max_steps, initial=state.global_step, unit="batch", file=sys.stderr, leave=False
            )

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Move the bar; after the first batches, say how long the others will take."""
        done, left = state.global_step - self._first_step, state.max_steps - state.global_step
        if done == 1:  # which also takes what is done only once
            self._timed_from = time.monotonic()
        elif done == 1 + TIMED_STEPS and left > 0:
            rest = duration((time.monotonic() - self._timed_from) / TIMED_STEPS * left)
            self._say(f"about {rest} at the speed of the first batches, besides the tests on dev")
        if self._bar is not None:
            self._bar.update(state.global_step - self._bar.n)

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Say the F1 of the epoch."""
        done, left = state.global_step - self._first_step, state.max_steps - state.global_step
        rest = (time.monotonic() - self._started) * left / done if done else 0.0
        ahead = f"; about {duration(rest)} left" if left > 0 else ""
        f1: float = kwargs["metrics"]["eval_f1"]
        if self._bar is not None:
            self._bar.clear()
        self._say(f"epoch {round(state.epoch or 0)} of {args.num_train_epochs:g}: F1 on dev {f1:.3f}{ahead}")
        if self._bar is not None:
            self._bar.refresh()

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def needs(model: PreTrainedModel, batches: int) -> str:
    """What a training of the model will take, in words: batches, weights, memory and space on the disk."""
    every = sum(weights.numel() for weights in model.parameters())
    trained = sum(weights.numel() for weights in model.parameters() if weights.requires_grad)
    # In float32; Adam keeps two values for each trained weight, beside its gradient.
    memory, checkpoint = 4 * every + 12 * trained, 4 * every + 8 * trained
    disk = KEPT_CHECKPOINTS * checkpoint + 4 * every
    return (
        f"{batches:,} batches, {every / 1e6:.1f} million weights ({trained / 1e6:.1f} million of them trained): "
        f"{memory / 1e9:.1f} GB of memory besides the batch, {disk / 1e9:.1f} GB on the disk"
    )


def duration(seconds: float) -> str:
    """A time in words, rounded: `40 s`, `3 min`, `2.5 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3_600:.1f} h"


@contextmanager
def without_reports() -> Iterator[None]:
    """Keep the load reports, bars and warnings of transformers and torch, and retries of the Hub, from the terminal."""
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    hub = getLogger("huggingface_hub")
    hub_level = hub.level
    logging.set_verbosity_error()
    hub.setLevel(ERROR)
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            for library in ("torch", "transformers", "accelerate"):
                warnings.filterwarnings("ignore", module=rf"{library}(\.|$)")
            yield
    finally:
        logging.set_verbosity(verbosity)
        hub.setLevel(hub_level)
        if bars:
            logging.enable_progress_bar()
