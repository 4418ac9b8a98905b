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
    EarlyStoppingCallback,
    EvalPrediction,
    PreTrainedModel,
    PrinterCallback,
)

from annotator.calibration import KEY
from annotator.checkpoints.folder import EMBEDDED_MODELS, embedded_folder
from annotator.checkpoints.packages import packaged_models
from annotator.errors import AnnotatorError, first_line
from annotator.files.sinks import reporting_os_errors

from .alignment import IGNORED, Example, align
from .corpora import TaggedSentence
from .measure import MICRO, score
from .soft import SoftCollator, SoftTrainer, Taught, soft_features
from .trainer import InOrder, Listed, SaveOften, Settings, full_disk_reported, last_checkpoint, training_arguments
from .watch import Watch, without_reports

MAX_PIECES = 256  # longer sentences are cut between words
OUTPUT_LAYERS = ("classifier", "score")  # the names that architectures give theirs


@without_reports()
def finetune(
    base: str,
    output: Path,
    labels: Sequence[str],
    train: Sequence[TaggedSentence],
    dev: Sequence[TaggedSentence],
    settings: Settings,
    watch: Watch | None = None,
    taught: Taught | None = None,
) -> list[float]:
    """Train on `train`, and write the epoch with the best F1 on `dev` to `output`.

    `base` is a folder, `owner/name` on the Hub, or the name of a model that is on this machine. Resumes from the last
    complete checkpoint in `output/checkpoints` if there is one. What a teacher says of `train` and of further sentences
    is learnt as well. Returns the F1 on dev after each epoch. Raises
    AnnotatorError for a base that is not an encoder, for a folder that cannot be written, and for a full disk.
    """
    tokenizer, model = _load(base, labels, settings)
    checkpoints = output / "checkpoints"
    with reporting_os_errors(output):
        checkpoints.mkdir(parents=True, exist_ok=True)
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

    learnt = features(train)
    if taught:
        learnt = soft_features(train, taught.labelled, tokenizer, label_ids, MAX_PIECES)
        if taught.unlabelled:
            further, says = zip(*taught.unlabelled, strict=True)
            learnt += soft_features(further, says, tokenizer, None, MAX_PIECES)
    trainer = SoftTrainer(
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
            disable_tqdm=True,
        ),
        train_dataset=Listed(learnt),
        eval_dataset=Listed(features(dev)),
        data_collator=SoftCollator(tokenizer),
        compute_metrics=dev_f1,
        preprocess_logits_for_metrics=lambda logits, _labels: logits.argmax(dim=-1),
        callbacks=[
            SaveOften(settings.save_steps),
            *([EarlyStoppingCallback(settings.patience)] if settings.patience else []),
            *([watch] if watch else []),
        ],
    )
    trainer.remove_callback(PrinterCallback)  # which prints each log on stdout
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
    """The tokenizer and the model of a base, with a classifier for `labels`.

    A base that classifies tokens already lends it the weights of the labels that both have; the others are random.
    """
    torch.manual_seed(settings.seed)
    folder = _folder_of(base)
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
        model = AutoModelForTokenClassification.from_pretrained(
            folder,
            dtype=torch.float32,  # in which weights stored in float16 have to be trained
            hidden_dropout_prob=settings.hidden_dropout,
            attention_probs_dropout_prob=settings.attention_dropout,
            # On CPUs, the gradients of torch's fused attention take 1.5 times as long as those of plain products.
            attn_implementation="sdpa" if torch.cuda.is_available() else "eager",
        )
    except (OSError, ValueError) as error:
        raise AnnotatorError(
            f"{base}: not an encoder that can be fine-tuned as a token classifier: {first_line(error)}"
        ) from error
    if not _set_labels(model, labels):
        raise AnnotatorError(
            f"{base}: cannot be fine-tuned: its classifier is not a single layer", "name another {base}"
        )
    if settings.freeze_embeddings:
        model.get_input_embeddings().requires_grad_(False)
    return tokenizer, model


def _folder_of(base: str) -> str:
    """The folder of a base that is a model on this machine by name; otherwise the base itself."""
    if base in EMBEDDED_MODELS:
        return str(embedded_folder(base))
    packaged = None if Path(base).is_dir() else packaged_models().get(base)
    return str(packaged.folder()) if packaged else base


def _set_labels(model: PreTrainedModel, labels: Sequence[str]) -> bool:
    """Give a token classifier these labels. Returns whether it has the one layer that this takes."""
    config = model.config
    name = next((name for name in OUTPUT_LAYERS if isinstance(getattr(model, name, None), torch.nn.Linear)), None)
    if name is None:
        return False
    before: torch.nn.Linear = getattr(model, name)
    rows = {label: int(i) for i, label in (config.id2label or {}).items()}
    classifier = torch.nn.Linear(before.in_features, len(labels))
    torch.nn.init.normal_(classifier.weight, std=getattr(config, "initializer_range", 0.02))
    torch.nn.init.zeros_(classifier.bias)
    with torch.no_grad():
        for i, label in enumerate(labels):
            if label in rows:
                classifier.weight[i] = before.weight[rows[label]]
                classifier.bias[i] = before.bias[rows[label]]
    setattr(model, name, classifier)
    vars(config).pop(KEY, None)  # other weights and labels need another calibration
    model.num_labels = len(labels)  # type: ignore[assignment]
    config.id2label = dict(enumerate(labels))
    config.label2id = {label: i for i, label in enumerate(labels)}
    return True
