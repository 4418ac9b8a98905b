"""What a training shows."""

from __future__ import annotations

import io
import sys
import warnings
from logging import ERROR, WARNING

import pytest
import torch
from annotator.train.watch import Watch, duration, without_reports
from transformers import TrainerControl, TrainerState, TrainingArguments
from transformers.utils import logging


class Terminal(io.StringIO):
    """A stderr that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stderr", [io.StringIO, Terminal])
def test_each_epoch_is_a_line_and_a_terminal_has_a_bar(
    stderr: type[io.StringIO], monkeypatch: pytest.MonkeyPatch, tmp_path: str
) -> None:
    said: list[str] = []
    terminal = stderr()
    monkeypatch.setattr(sys, "stderr", terminal)
    watch, control = Watch(said.append), TrainerControl()
    arguments = TrainingArguments(output_dir=str(tmp_path), num_train_epochs=2, report_to="none", use_cpu=True)
    state = TrainerState(max_steps=4)
    model = torch.nn.Linear(999_999, 4)  # four million weights, of which the biases are not trained
    model.bias.requires_grad_(False)
    watch.on_train_begin(arguments, state, control, model=model)
    for step in (1, 2, 3, 4):
        state.global_step, state.epoch = step, step / 2
        watch.on_step_end(arguments, state, control)
        if step % 2 == 0:
            watch.on_evaluate(arguments, state, control, metrics={"eval_f1": step / 10})
    watch.on_train_end(arguments, state, control)
    assert said.pop(0) == (
        "4 batches, 4.0 million weights (4.0 million of them trained): "
        "0.1 GB of memory besides the batch, 0.1 GB on the disk"
    )
    assert said[0].startswith("epoch 1 of 2: F1 on dev 0.200; about ") and said[0].endswith(" s left")
    assert said[1:] == ["epoch 2 of 2: F1 on dev 0.400"]
    shown = terminal.getvalue()
    assert ("2/4" in shown) if stderr is Terminal else shown == ""


def test_the_time_is_that_of_the_first_batches(tmp_path: str) -> None:
    said: list[str] = []
    watch, control = Watch(said.append), TrainerControl()
    arguments = TrainingArguments(output_dir=str(tmp_path), report_to="none", use_cpu=True)
    state = TrainerState(max_steps=100, global_step=10)  # resumed
    watch.on_train_begin(arguments, state, control)
    for step in range(11, 30):
        state.global_step = step
        watch.on_step_end(arguments, state, control)
    assert said == ["about 0 s at the speed of the first batches, besides the tests on dev"]


def test_times_are_rounded() -> None:
    assert [duration(seconds) for seconds in (0.4, 40, 89, 150, 9_000)] == ["0 s", "40 s", "89 s", "2 min", "2.5 h"]


def test_reports_are_off_within_and_as_before_after() -> None:
    logging.set_verbosity_warning()
    logging.enable_progress_bar()
    with without_reports():
        assert logging.get_verbosity() == ERROR and not logging.is_progress_bar_enabled()
        with warnings.catch_warnings(record=True) as caught:
            warnings.warn_explicit("loud", UserWarning, "x.py", 1, module="torch.nn")
            warnings.warn_explicit("own", UserWarning, "x.py", 1, module="elsewhere")
        assert [str(one.message) for one in caught] == ["own"]
    assert logging.get_verbosity() == WARNING and logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    with without_reports():
        pass
    assert not logging.is_progress_bar_enabled()
