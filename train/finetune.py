"""Fine-tuning of a token classifier with the Hugging Face `Trainer`, which can be resumed after a kill at any time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import (
    AutoModelForTokenClassification,
    AutoTokenizer,
    DataCollatorForTokenClassification,
    EarlyStoppingCallback,
    EvalPrediction,
    PreTrainedModel,
    Trainer,
)

from annotator.errors import AnnotatorError, first_line

from .alignment import IGNORED, Example, align
from .corpora import TaggedSentence
from .measure import MICRO, score
from .trainer import InOrder, Listed, SaveOften, Settings, full_disk_reported, last_checkpoint, training_arguments

MAX_PIECES = 256  # longer sentences are cut between words


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
        args=training_arguments(
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
        train_dataset=Listed(features(train)),
        eval_dataset=Listed(features(dev)),
        data_collator=DataCollatorForTokenClassification(tokenizer, label_pad_token_id=IGNORED),
        compute_metrics=dev_f1,
        preprocess_logits_for_metrics=lambda logits, _labels: logits.argmax(dim=-1),
        callbacks=[
            SaveOften(settings.save_steps),
            *([EarlyStoppingCallback(settings.patience)] if settings.patience else []),
        ],
    )
    with full_disk_reported(output):
        trainer.train(resume_from_checkpoint=last_checkpoint(checkpoints))
        trainer.save_model(str(output))
        tokenizer.save_pretrained(output)
    return [entry["eval_f1"] for entry in trainer.state.log_history if "eval_f1" in entry]


def finetune_batches(
    base: Path, output: Path, labels: Sequence[str], batches: Sequence[list[Example]], settings: Settings
) -> Path:
    """Train one pass over prepared batches, in their order, and write the checkpoint to `output/final`.

    Resumes from the last complete checkpoint in `output` if there is one. Returns the folder `output/final`. Raises
    AnnotatorError for a base that is not an encoder, and for a full disk.
    """
    _, model = _load(str(base), labels, settings)
    return InOrder(model, output, batches, settings).run()


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
            # On CPUs, the gradients of torch's fused attention take 1.5 times as long as those of plain products.
            attn_implementation="sdpa" if torch.cuda.is_available() else "eager",
        )
    except (OSError, ValueError) as error:
        raise AnnotatorError(
            f"{base}: not an encoder that can be fine-tuned as a token classifier: {first_line(error)}"
        ) from error
    if settings.freeze_embeddings:
        model.get_input_embeddings().requires_grad_(False)
    return tokenizer, model
