"""Fine-tuning of a token classifier with the Hugging Face `Trainer`, which can be resumed after a kill at any time."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import accelerate  # noqa: F401  The Trainer cannot be made without it, and reports that less clearly.
import numpy as np
import torch
from torch.utils.data import Dataset, Sampler, SequentialSampler
from transformers import (
    AutoModelForTokenClassification,
    AutoTokenizer,
    DataCollatorForTokenClassification,
    EarlyStoppingCallback,
    EvalPrediction,
    PreTrainedModel,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from annotator.errors import AnnotatorError, first_line

from .alignment import IGNORED, Example, align
from .corpora import TaggedSentence
from .measure import MICRO, score

FINAL = "final"
MAX_PIECES = 256  # longer sentences are cut between words


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a fine-tuning. The defaults are those of the published PAN-X experiments.

    `rate` is the peak of a linear warm-up and decay, `warmup` the share of the steps in which it rises, and `batch`
    the number of sentences in a batch. Training stops after `patience` epochs without a better F1 on dev (None:
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


def finetune(
    base: str,
    output: Path,
    labels: Sequence[str],
    train: Sequence[TaggedSentence],
    dev: Sequence[TaggedSentence],
    settings: Settings,
) -> list[float]:
    """Train on `train`, and write the epoch with the best F1 on `dev` to `output`.

    Resumes from the last complete checkpoint in `output/checkpoints` if there is one. Returns the F1 on dev after
    each epoch. Raises AnnotatorError for a base that is not an encoder, and for a full disk.
    """
    tokenizer, model = _load(base, labels, settings)
    label_ids = {label: i for i, label in enumerate(labels)}

    def features(sentences: Sequence[TaggedSentence]) -> list[dict[str, Any]]:
        examples = align(sentences, tokenizer, label_ids, MAX_PIECES)
        return [{"input_ids": e.ids, "attention_mask": [1] * len(e.ids), "labels": e.labels} for e in examples]

    def dev_f1(prediction: EvalPrediction) -> dict[str, float]:
        gold_ids, predicted_ids = np.asarray(prediction.label_ids), np.asarray(prediction.predictions)
        counted = gold_ids != IGNORED
        gold = [[labels[i] for i in row[keep]] for row, keep in zip(gold_ids, counted, strict=True)]
        predicted = [[labels[i] for i in row[keep]] for row, keep in zip(predicted_ids, counted, strict=True)]
        return {"f1": score(gold, predicted)[MICRO].f1}

    checkpoints = output / "checkpoints"
    trainer = Trainer(
        model=model,
        args=_arguments(
            checkpoints,
            settings,
            num_train_epochs=settings.epochs,
            per_device_train_batch_size=settings.batch,
            per_device_eval_batch_size=settings.batch,
            warmup_steps=settings.warmup,
            train_sampling_strategy="group_by_length",
            eval_strategy="epoch",
            save_strategy="epoch",
            load_best_model_at_end=True,
            metric_for_best_model="f1",
        ),
        train_dataset=_Listed(features(train)),
        eval_dataset=_Listed(features(dev)),
        data_collator=DataCollatorForTokenClassification(tokenizer, label_pad_token_id=IGNORED),
        compute_metrics=dev_f1,
        preprocess_logits_for_metrics=lambda logits, _labels: logits.argmax(dim=-1),
        callbacks=[
            _SaveOften(settings.save_steps),
            *([EarlyStoppingCallback(settings.patience)] if settings.patience else []),
        ],
    )
    with _full_disk_reported(output):
        trainer.train(resume_from_checkpoint=last_checkpoint(checkpoints))
        trainer.save_model(str(output))
        tokenizer.save_pretrained(output)
    return [entry["eval_f1"] for entry in trainer.state.log_history if "eval_f1" in entry]


def finetune_batches(
    base: Path, output: Path, labels: Sequence[str], batches: Sequence[list[Example]], settings: Settings
) -> Path:
    """Train one pass over prepared batches, in their order, and write the checkpoint to `output/final`.

    Resumes from the last complete checkpoint in `output` if there is one. Returns the folder `output/final`.
    """
    _, model = _load(str(base), labels, settings)
    pad = model.config.pad_token_id

    def collate(items: list[list[Example]]) -> dict[str, torch.Tensor]:
        (batch,) = items
        width = max(len(e.ids) for e in batch)
        ids = torch.tensor([e.ids + [pad] * (width - len(e.ids)) for e in batch])
        gold = torch.tensor([e.labels + [IGNORED] * (width - len(e.labels)) for e in batch])
        return {"input_ids": ids, "attention_mask": (ids != pad).long(), "labels": gold}

    trainer = _InOrder(
        model=model,
        args=_arguments(
            output,
            settings,
            num_train_epochs=1,
            per_device_train_batch_size=1,  # one prepared batch
            warmup_steps=round(settings.warmup * len(batches)),
            save_steps=settings.save_steps,
        ),
        train_dataset=_Listed(batches),
        data_collator=collate,
    )
    with _full_disk_reported(output):
        trainer.train(resume_from_checkpoint=last_checkpoint(output))
        trainer.save_model(str(output / FINAL))
    return output / FINAL


def last_checkpoint(folder: Path) -> str | None:
    """The latest complete checkpoint, None if there is none; incomplete ones after it are removed."""
    steps = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))
    for path in reversed(steps):
        if (path / "trainer_state.json").is_file():  # which the Trainer writes last
            return str(path)
        shutil.rmtree(path)
    return None


def _load(base: str, labels: Sequence[str], settings: Settings) -> tuple[Any, PreTrainedModel]:
    """The tokenizer and the model of a base, with a new classifier for `labels`."""
    torch.manual_seed(settings.seed)  # the new classifier's weights are random
    try:
        tokenizer = AutoTokenizer.from_pretrained(base)
        model = AutoModelForTokenClassification.from_pretrained(
            base,
            num_labels=len(labels),
            id2label=dict(enumerate(labels)),
            label2id={label: i for i, label in enumerate(labels)},
            hidden_dropout_prob=settings.hidden_dropout,
            attention_probs_dropout_prob=settings.attention_dropout,
        )
    except (OSError, ValueError) as error:
        raise AnnotatorError(
            f"{base}: not an encoder that can be fine-tuned as a token classifier: {first_line(error)}"
        ) from error
    if settings.freeze_embeddings:
        model.get_input_embeddings().requires_grad_(False)
    return tokenizer, model


def _arguments(output: Path, settings: Settings, **more: Any) -> TrainingArguments:
    on_gpu = torch.cuda.is_available()
    return TrainingArguments(
        output_dir=str(output),
        learning_rate=settings.rate,
        weight_decay=settings.weight_decay,
        lr_scheduler_type="linear",
        save_total_limit=2,
        logging_steps=50,
        seed=settings.seed,
        bf16=on_gpu and torch.cuda.is_bf16_supported(),
        report_to="none",
        remove_unused_columns=False,
        dataloader_pin_memory=on_gpu,
        **more,
    )


@contextmanager
def _full_disk_reported(output: Path) -> Iterator[None]:
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


class _Listed(Dataset[Any]):
    """A list as a dataset."""

    def __init__(self, items: Sequence[Any]) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, i: int) -> Any:
        return self.items[i]


class _InOrder(Trainer):
    """A `Trainer` that does not shuffle its dataset."""

    def _get_train_sampler(self, train_dataset: Dataset[Any] | None = None) -> Sampler[int]:
        ordered = train_dataset if train_dataset is not None else self.train_dataset
        assert isinstance(ordered, _Listed)
        return SequentialSampler(ordered)


class _SaveOften(TrainerCallback):
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
