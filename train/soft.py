"""A teacher and sentences -> soft labels: the probabilities of tags that it gives each word, for a student to learn.

The student may have another tokenizer and architecture than the teacher, because they meet at words (Hinton, Vinyals
and Dean, "Distilling the knowledge in a neural network", 2015). No tags are needed, so unlabelled text serves as well.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional
from transformers import DataCollatorForTokenClassification, PreTrainedTokenizerBase, Trainer

from annotator.decode import Decoder
from annotator.document import OUTSIDE, Document, Entity
from annotator.errors import AnnotatorError, UsageError
from annotator.input.records import open_input
from annotator.labels import TagSet
from annotator.pipeline import Annotator
from annotator.prepare.preparer import Prepared

from .alignment import IGNORED, align
from .corpora import TaggedSentence
from .distill import TEMPERATURE
from .measure import as_documents

Floats = NDArray[np.float32]
# The weight of what the teacher says where there are tags as well.
SOFT_WEIGHT = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """What a teacher says: probabilities float32 [words, tags] of each sentence.

    `labelled` are those of the training sentences, in their order; `unlabelled` of further sentences, whose tags mean
    nothing.
    """

    teacher: str
    labelled: Sequence[Floats]
    unlabelled: Sequence[tuple[TaggedSentence, Floats]]


class _Listening(Decoder):
    """A decoder that finds no entities, but keeps the probabilities of the words of each document."""

    def __init__(self, tags: TagSet) -> None:
        super().__init__(tags)
        self.heard: deque[Floats] = deque()

    def of_documents(self, prepared: Prepared, scores: Floats) -> Iterator[list[Entity]]:
        """An empty list for each document."""
        for found, _ in self.by_document(prepared, scores):
            self.heard.append(np.exp(found))
            yield []


def teach(teacher: str, tags: Sequence[str], train: Sequence[TaggedSentence], unlabelled: Sequence[str] = ()) -> Taught:
    """What the model `teacher` says of the training sentences, and of the text in the files `unlabelled`.

    `tags` are those of the student; what the teacher gives to others counts as outside of entities. Raises UsageError
    for a teacher that does not know one of them, and AnnotatorError for files without words.
    """
    opened = open_input(unlabelled) if unlabelled else None  # a missing file is reported before the model is loaded
    annotator = Annotator.load(teacher)
    known = annotator.engine.labels
    if lacking := [tag for tag in tags if tag not in known]:
        raise UsageError(
            f"{teacher} cannot teach {', '.join(lacking[:4])}: it has the tags {', '.join(known[:8])}",
            "name a model with the labels of the training files",
        )
    labelled = [probabilities for _, probabilities in _heard(annotator, as_documents(train), tags)]
    others = list(_heard(annotator, opened.documents(), tags)) if opened else []
    if opened and not others:
        raise AnnotatorError(f"{', '.join(unlabelled)}: no words to teach")
    return Taught(teacher, labelled, others)


def _heard(
    annotator: Annotator, documents: Iterable[Document], tags: Sequence[str]
) -> Iterator[tuple[TaggedSentence, Floats]]:
    """Each sentence of the documents with the probabilities of the student's tags."""
    known = annotator.engine.labels
    listening = _Listening(TagSet.parse(known))
    columns = [known.index(tag) for tag in tags]
    outside = list(tags).index(OUTSIDE)
    for document in replace(annotator, decoder=listening).pipe(documents):
        probabilities = listening.heard.popleft()[:, columns]
        probabilities[:, outside] += 1 - probabilities.sum(axis=1)
        first = 0
        for sentence in document.sentences or ():
            end = first + len(sentence)
            words = tuple(document.text[a:b] for a, b in sentence.word_offsets())
            yield TaggedSentence(words, (OUTSIDE,) * len(words)), probabilities[first:end].clip(0, 1)
            first = end


def soft_features(
    sentences: Sequence[TaggedSentence],
    probabilities: Sequence[Floats],
    tokenizer: PreTrainedTokenizerBase,
    label_ids: dict[str, int] | None,
    max_pieces: int,
) -> list[dict[str, Any]]:
    """The features of sentences with `soft` float32 [pieces, tags], zeros where no word begins.

    `label_ids` is None for sentences whose tags mean nothing.
    """
    tags = [tag for sentence in sentences for tag in sentence.tags]
    every = np.concatenate([*probabilities, np.zeros((1, probabilities[0].shape[1]), dtype=np.float32)])
    gold = np.array([*(label_ids[tag] if label_ids else IGNORED for tag in tags), IGNORED])
    numbers = {str(number): number for number in range(len(tags))}  # stand for the tags, so that words can be found
    names = iter(numbers)
    numbered = [TaggedSentence(s.words, tuple(next(names) for _ in s.words)) for s in sentences]
    features = []
    for example in align(numbered, tokenizer, numbers, max_pieces):
        words = np.array(example.labels)
        words[words == IGNORED] = len(tags)  # the row of zeros
        features.append(
            {
                "input_ids": example.ids,
                "attention_mask": [1] * len(example.ids),
                "labels": gold[words].tolist(),
                "soft": every[words],
            }
        )
    return features


class SoftCollator:
    """Pads features, also the soft labels of those that have some."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._pad = DataCollatorForTokenClassification(tokenizer, label_pad_token_id=IGNORED)

    def __call__(self, features: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """A batch, with `soft` float32 [sentences, pieces, tags] if its features have soft labels."""
        batch: dict[str, Any] = self._pad([{k: v for k, v in one.items() if k != "soft"} for one in features])
        soft = [one["soft"] for one in features if "soft" in one]
        if soft:
            shape = (*batch["input_ids"].shape, soft[0].shape[1])
            batch["soft"] = torch.zeros(shape)
            for row, probabilities in zip(batch["soft"], soft, strict=True):
                row[: len(probabilities)] = torch.from_numpy(probabilities)
        return batch


class SoftTrainer(Trainer):
    """A `Trainer` whose loss is that of the tags and, where a teacher says something, the divergence from that."""

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """The weighted sum of both, or the one that there is."""
        soft = inputs.pop("soft", None)
        if soft is None:
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        labels = inputs.pop("labels")
        outputs = model(**inputs)
        taught, tagged = soft.sum(dim=-1) > 0, labels != IGNORED
        flat = soft[taught].clamp_min(1e-6).log() / TEMPERATURE
        loss = TEMPERATURE**2 * functional.kl_div(
            functional.log_softmax(outputs.logits[taught] / TEMPERATURE, dim=-1),
            functional.log_softmax(flat, dim=-1),
            reduction="sum",
            log_target=True,
        )
        loss = loss / taught.sum().clamp_min(1)
        if tagged.any():
            hard = functional.cross_entropy(outputs.logits[tagged], labels[tagged])
            loss = SOFT_WEIGHT * loss + (1 - SOFT_WEIGHT) * hard
        return (loss, outputs) if return_outputs else loss
