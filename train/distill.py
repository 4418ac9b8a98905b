"""A smaller student of a token classifier, which learns the teacher's probabilities instead of tags.

The student keeps some of the teacher's layers (Sanh et al., "DistilBERT", 2019) and learns from the teacher's
probabilities of labels and from its last hidden states. No tags are needed, so it can learn from any words.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional
from transformers import AutoModelForTokenClassification, AutoTokenizer, PreTrainedModel

from annotator.calibration import KEY
from annotator.errors import UsageError

from .alignment import IGNORED, Example
from .trainer import InOrder, Settings

# The soft-max of both is taken at this temperature, so that the teacher's second choices count (Hinton et al. 2015).
TEMPERATURE = 2.0
# The weight of the distance of the last hidden states, beside the divergence of the probabilities.
HIDDEN_WEIGHT = 1.0


def distill(
    teacher: Path, output: Path, layers: Sequence[int], batches: Sequence[list[Example]], settings: Settings
) -> Path:
    """Train a student with these `layers` of the teacher, numbered from 0, one pass over prepared batches.

    Labels of the batches say only which pieces count (those that are not IGNORED). Resumes from the last complete
    checkpoint in `output` if there is one. Returns the folder `output/final`. Raises UsageError for a layer that the
    teacher does not have, and AnnotatorError for a full disk.
    """
    torch.manual_seed(settings.seed)
    taught = AutoModelForTokenClassification.from_pretrained(
        teacher,
        dtype=torch.float32,  # processors are slow at float16, in which published weights are stored
        attn_implementation="sdpa" if torch.cuda.is_available() else "eager",
    )
    taught.eval().requires_grad_(False)
    student = student_of(taught, layers, settings)
    if settings.freeze_embeddings:
        student.get_input_embeddings().requires_grad_(False)
    final = _Distillation(taught, student, output, batches, settings).run()
    AutoTokenizer.from_pretrained(teacher).save_pretrained(final)
    return final


def student_of(teacher: PreTrainedModel, layers: Sequence[int], settings: Settings) -> PreTrainedModel:
    """A copy of the teacher with only these of its layers, numbered from 0, and the settings' dropout."""
    count = teacher.config.num_hidden_layers
    if not layers or not set(layers) <= set(range(count)):
        raise UsageError(f"layers {list(layers)} are not all among the teacher's, 0 to {count - 1}")
    config = deepcopy(teacher.config)
    vars(config).pop(KEY, None)  # the student has scores of its own
    config.num_hidden_layers = len(layers)
    config.hidden_dropout_prob = settings.hidden_dropout
    config.attention_probs_dropout_prob = settings.attention_dropout
    student = type(teacher)(config)
    number = {str(old): str(new) for new, old in enumerate(layers)}
    kept: dict[str, torch.Tensor] = {}
    for name, values in teacher.state_dict().items():
        before, within, after = name.partition(".layer.")
        old, _, rest = after.partition(".")
        if not within:
            kept[name] = values
        elif old in number:
            kept[f"{before}.layer.{number[old]}.{rest}"] = values
    student.load_state_dict(kept)
    return student


class _Distillation(InOrder):
    """A pass over prepared batches with the loss of distillation."""

    def __init__(
        self,
        teacher: PreTrainedModel,
        student: PreTrainedModel,
        output: Path,
        batches: Sequence[list[Example]],
        settings: Settings,
    ) -> None:
        super().__init__(student, output, batches, settings)
        on_device: Any = teacher  # Any: the decorator of `to` hides its signature
        self._teacher = on_device.to(self.args.device)

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,  # noqa: ARG002  the Trainer passes it
    ) -> Any:
        """The divergence at the first pieces of words, and the distance of the hidden states of all pieces."""
        given = {"input_ids": inputs["input_ids"], "attention_mask": inputs["attention_mask"]}
        with torch.no_grad():
            taught = self._teacher(**given, output_hidden_states=True)
        learnt = model(**given, output_hidden_states=True)
        scored, seen = inputs["labels"] != IGNORED, inputs["attention_mask"].bool()
        divergence = functional.kl_div(
            functional.log_softmax(learnt.logits[scored].float() / TEMPERATURE, dim=-1),
            functional.log_softmax(taught.logits[scored].float() / TEMPERATURE, dim=-1),
            reduction="batchmean",
            log_target=True,
        )
        distance = functional.mse_loss(learnt.hidden_states[-1][seen], taught.hidden_states[-1][seen])
        loss = TEMPERATURE**2 * divergence + HIDDEN_WEIGHT * distance
        return (loss, learnt) if return_outputs else loss
