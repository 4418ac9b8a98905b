"""What a training shows on stderr: one bar and one line an epoch, and nothing of what transformers says by itself."""

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
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.utils import logging

Say = Callable[[str], None]


class Watch(TrainerCallback):
    """Shows a bar of the steps on a terminal, and says the F1 after each epoch and how long the rest will take."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._bar: tqdm[Any] | None = None
        self._started = time.monotonic()
        self._first_step = 0

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Begin the bar, at the step that a resumed training has reached."""
        self._started, self._first_step = time.monotonic(), state.global_step
        if sys.stderr.isatty():
            self._bar = tqdm(
                total=state.max_steps, initial=state.global_step, unit="batch", file=sys.stderr, leave=False
            )

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Move the bar."""
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
