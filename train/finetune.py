"""Fine-tuning of a token classifier with the Hugging Face `Trainer`, on batches of a token budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.utils.data import Dataset, Sampler, SequentialSampler
from transformers import AutoModelForTokenClassification, Trainer, TrainingArguments
from transformers.trainer_utils import get_last_checkpoint

from .alignment import IGNORED, Example


@dataclass(frozen=True, slots=True)
class Settings:
    """What one fine-tuning is run with; `rate` is the peak of a linear warm-up and decay."""

    rate: float
    warmup: float = 0.06
    weight_decay: float = 0.01
    hidden_dropout: float = 0.1
    attention_dropout: float = 0.0
    freeze_embeddings: bool = True
    seed: int = 0
    save_steps: int = 250


class ReadyBatches(Dataset[list[Example]]):
    """Batches that are made before training, so that a resumed run sees the same ones."""

    def __init__(self, batches: Sequence[list[Example]]) -> None:
        self.batches = batches

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, i: int) -> list[Example]:
        return self.batches[i]


class BatchTrainer(Trainer):
    """A `Trainer` whose dataset items are whole batches, taken in their order."""

    def _get_train_sampler(self, train_dataset: Dataset[list[Example]] | None = None) -> Sampler[int]:
        return SequentialSampler(train_dataset if train_dataset is not None else self.train_dataset)


def finetune(
    base: Path, output: Path, labels: Sequence[str], batches: Sequence[list[Example]], settings: Settings
) -> Path:
    """Train one pass over `batches` and write the checkpoint to `output/final`.

    Goes on from the last checkpoint in `output` if there is one. Returns the final folder.
    """
    model = AutoModelForTokenClassification.from_pretrained(
        base,
        num_labels=len(labels),
        id2label=dict(enumerate(labels)),
        label2id={label: i for i, label in enumerate(labels)},
        hidden_dropout_prob=settings.hidden_dropout,
        attention_probs_dropout_prob=settings.attention_dropout,
    )
    if settings.freeze_embeddings:
        model.get_input_embeddings().requires_grad_(False)
    pad = model.config.pad_token_id

    def collate(items: list[list[Example]]) -> dict[str, torch.Tensor]:
        (batch,) = items
        width = max(len(e.ids) for e in batch)
        ids = torch.tensor([e.ids + [pad] * (width - len(e.ids)) for e in batch])
        gold = torch.tensor([e.labels + [IGNORED] * (width - len(e.labels)) for e in batch])
        return {"input_ids": ids, "attention_mask": (ids != pad).long(), "labels": gold}

    trainer = BatchTrainer(
        model=model,
        args=TrainingArguments(
            output_dir=str(output),
            num_train_epochs=1,
            per_device_train_batch_size=1,  # one ready batch
            learning_rate=settings.rate,
            warmup_steps=round(settings.warmup * len(batches)),
            weight_decay=settings.weight_decay,
            lr_scheduler_type="linear",
            save_steps=settings.save_steps,
            save_total_limit=2,
            logging_steps=50,
            seed=settings.seed,
            report_to="none",
            remove_unused_columns=False,
        ),
        train_dataset=ReadyBatches(batches),
        data_collator=collate,
    )
    trainer.train(resume_from_checkpoint=get_last_checkpoint(str(output)) if output.is_dir() else None)
    final = output / "final"
    trainer.save_model(str(final))
    return final
