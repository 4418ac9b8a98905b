"""Fine-tuning of a token classifier with the Hugging Face `Trainer`, resumable after a kill at any instant."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from seqeval.metrics import f1_score
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

from annotator.errors import AnnotatorError

from .alignment import IGNORED, Example, align
from .corpora import TaggedSentence

FINAL = "final"
MAX_PIECES = 256  # longer sentences are cut between words


@dataclass(frozen=True, slots=True)
class Settings:
    """What a fine-tuning is run with; `rate` is the peak of a linear warm-up and decay.

    The defaults are those of the published PAN-X experiments. `batch` is in sentences.
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
    """Train on `train`, keep the epoch with the best F1 on `dev`, and write it to `output`.

    Goes on from the last whole checkpoint in `output/checkpoints` if there is one. Returns the F1 on dev
    after each epoch. Raises AnnotatorError for a base that is no encoder, and for a full disk.
    """
    tokenizer, model = _load(base, labels, settings)
    label_ids = {label: i for i, label in enumerate(labels)}

    def features(sentences: Sequence[TaggedSentence]) -> list[dict[str, Any]]:
        examples = align(sentences, tokenizer, label_ids, MAX_PIECES)
        return [{"input_ids": e.ids, "attention_mask": [1] * len(e.ids), "labels": e.labels} for e in examples]

    def dev_f1(prediction: EvalPrediction) -> dict[str, float]:
        counted = prediction.label_ids != IGNORED
        gold = [[labels[i] for i in row[keep]] for row, keep in zip(prediction.label_ids, counted, strict=True)]
        predicted = [[labels[i] for i in row[keep]] for row, keep in zip(prediction.predictions, counted, strict=True)]
        return {"f1": float(f1_score(gold, predicted))}

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
    with _full_disk_told(output):
        trainer.train(resume_from_checkpoint=last_checkpoint(checkpoints))
        trainer.save_model(str(output))
        tokenizer.save_pretrained(output)
    return [entry["eval_f1"] for entry in trainer.state.log_history if "eval_f1" in entry]


def finetune_batches(
    base: Path, output: Path, labels: Sequence[str], batches: Sequence[list[Example]], settings: Settings
) -> Path:
    """Train one pass over ready batches, in their order, and write the checkpoint to `output/final`.

    Goes on from the last whole checkpoint in `output` if there is one. Returns the final folder.
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
            per_device_train_batch_size=1,  # one ready batch
            warmup_steps=round(settings.warmup * len(batches)),
            save_steps=settings.save_steps,
        ),
        train_dataset=_Listed(batches),
        data_collator=collate,
    )
    with _full_disk_told(output):
        trainer.train(resume_from_checkpoint=last_checkpoint(output))
        trainer.save_model(str(output / FINAL))
    return output / FINAL


def last_checkpoint(folder: Path) -> str | None:
    """The latest checkpoint that was written to its end, None if there is none; broken ones are removed."""
    steps = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))
    for path in reversed(steps):
        if (path / "trainer_state.json").is_file():  # the Trainer writes it last
            return str(path)
        shutil.rmtree(path)
    return None


def _load(base: str, labels: Sequence[str], settings: Settings) -> tuple[Any, PreTrainedModel]:
    """The tokenizer and the model of a base, with a fresh classifier of `labels`."""
    torch.manual_seed(settings.seed)  # the classifier begins at random
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
        reason = str(error).strip().splitlines()[0]
        raise AnnotatorError(
            f"{base}: not an encoder that can be fine-tuned as a token classifier: {reason}"
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
def _full_disk_told(output: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError) as error:  # torch and safetensors tell a full disk by RuntimeErrors
        full = getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error)
        if not full:
            raise
        raise AnnotatorError(
            f"{output}: the disk is full: free some space and go on with --resume; the last whole checkpoint is kept"
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
    """A `Trainer` that takes its dataset in order."""

    def _get_train_sampler(self, train_dataset: Dataset[Any] | None = None) -> Sampler[int]:
        return SequentialSampler(train_dataset if train_dataset is not None else self.train_dataset)


class _SaveOften(TrainerCallback):
    """Saves between the ends of epochs as well, so that a killed run loses little."""

    def __init__(self, every: int) -> None:
        self.every = every

    def on_step_end(self, _args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Ask for a checkpoint each `every` steps."""
        if state.global_step % self.every == 0:
            control.should_save = True
