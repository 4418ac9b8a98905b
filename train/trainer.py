"""What all trainings share: settings, checkpoints that can be resumed, and a Trainer over prepared batches."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import accelerate  # noqa: F401  The Trainer cannot be made without it, and reports that less clearly.
import torch
from torch.utils.data import Dataset, Sampler, SequentialSampler
from transformers import (
    PreTrainedModel,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from annotator.errors import AnnotatorError

from .alignment import IGNORED, Example

FINAL = "final"
KEPT_CHECKPOINTS = 2  # the last one, and the best or the one before it


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a fine-tuning. The defaults are those of the published PAN-X experiments.

    `rate` is the highest rate: it is reached by a linear warm-up over the share `warmup` of the steps, and then decays
    to 0 or stays, by the `schedule` of the Trainer (`linear` or `constant_with_warmup`). `batch` is the number of
    sentences in a batch. Training stops after `patience` epochs without a better F1 on dev (None:
    never). A checkpoint is saved every `save_steps` steps.
    """

    rate: float = 2e-5
    epochs: int = 3
    batch: int = 24
    warmup: float = 0.0
    weight_decay: float = 0.01
    hidden_dropout: float = 0.1
    attention_dropout: float = 0.1
    freeze_embeddings: bool = False
    patience: int | None = None
    seed: int = 0
    save_steps: int = 250
    schedule: str = "linear"


class Listed(Dataset[Any]):
    """A list as a dataset."""

    def __init__(self, items: Sequence[Any]) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, i: int) -> Any:
        return self.items[i]


class InOrder(Trainer):
    """A `Trainer` that makes one pass over prepared batches, in their order.

    Its checkpoints are in `output`, and the model after the last batch in `output/final`.
    """

    def __init__(
        self, model: PreTrainedModel, output: Path, batches: Sequence[list[Example]], settings: Settings
    ) -> None:
        pad = model.config.pad_token_id

        def collate(items: list[list[Example]]) -> dict[str, torch.Tensor]:
            (batch,) = items
            width = max(len(e.ids) for e in batch)
            ids = torch.tensor([e.ids + [pad] * (width - len(e.ids)) for e in batch])
            gold = torch.tensor([e.labels + [IGNORED] * (width - len(e.labels)) for e in batch])
            return {"input_ids": ids, "attention_mask": (ids != pad).long(), "labels": gold}

        super().__init__(
            model=model,
            args=training_arguments(
                output,
                settings,
                num_train_epochs=1,
                per_device_train_batch_size=1,  # one prepared batch
                warmup_steps=round(settings.warmup * len(batches)),
                save_steps=settings.save_steps,
            ),
            train_dataset=Listed(batches),
            data_collator=collate,
        )
        self._output = output

    def _get_train_sampler(self, train_dataset: Dataset[Any] | None = None) -> Sampler[int]:
        ordered = train_dataset if train_dataset is not None else self.train_dataset
        assert isinstance(ordered, Listed)
        return SequentialSampler(ordered)

    def run(self) -> Path:
        """Train, or resume from the last complete checkpoint. Returns the folder of the model.

        Raises AnnotatorError for a full disk.
        """
        with full_disk_reported(self._output):
            self.train(resume_from_checkpoint=last_checkpoint(self._output))
            self.save_model(str(self._output / FINAL))
        return self._output / FINAL


class SaveOften(TrainerCallback):
    """Saves a checkpoint every few steps, so that a killed training loses little."""

    def __init__(self, every: int) -> None:
        self.every = every

    def on_step_end(
        self,
        args: TrainingArguments,  # noqa: ARG002  the Trainer passes it
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,  # noqa: ARG002
    ) -> None:
        """Request a checkpoint every `every` steps."""
        if state.global_step % self.every == 0:
            control.should_save = True


def last_checkpoint(folder: Path) -> str | None:
    """The latest complete checkpoint, None if there is none; incomplete ones after it are removed."""
    steps = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))
    for path in reversed(steps):
        if (path / "trainer_state.json").is_file():  # which the Trainer writes last
            return str(path)
        shutil.rmtree(path)
    return None


def training_arguments(output: Path, settings: Settings, **more: Any) -> TrainingArguments:
    """The Trainer's arguments for these settings; `more` are further ones of its own."""
    on_gpu = torch.cuda.is_available()
    bf16 = torch.cuda.is_bf16_supported() if on_gpu else _multiplies_bfloat16()
    return TrainingArguments(
        output_dir=str(output),
        learning_rate=settings.rate,
        weight_decay=settings.weight_decay,
        lr_scheduler_type=settings.schedule,
        save_total_limit=KEPT_CHECKPOINTS,
        logging_steps=50,
        seed=settings.seed,
        bf16=bf16,
        use_cpu=not on_gpu and not torch.backends.mps.is_available(),
        report_to="none",
        remove_unused_columns=False,
        dataloader_pin_memory=on_gpu,
        **more,
    )


@contextmanager
def full_disk_reported(output: Path) -> Iterator[None]:
    """Raise AnnotatorError in place of the errors that a full disk causes."""
    try:
        yield
    except (OSError, RuntimeError) as error:  # torch and safetensors report a full disk by RuntimeErrors
        full = getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error)
        if not full:
            raise
        raise AnnotatorError(
            f"{output}: the disk is full; the last complete checkpoint is kept",
            "free some space and continue with {resume}",
        ) from error


def _multiplies_bfloat16() -> bool:
    """Whether the processor multiplies matrices of bfloat16: training is 1.7 (AVX-512) to 4 times (AMX) as fast."""
    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()  # since torch 2.10
    return bool(capabilities.get("amx_bf16") or capabilities.get("avx512_bf16"))
