"""The plain loop, one sentence at a time through the model of transformers, with which all engines are compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer

from annotator.decode import Decoder
from annotator.document import Document, Entity, Sentence
from annotator.labels import TagSet
from annotator.pipeline import Annotator
from annotator.prepare.markup import MARKUP
from annotator.prepare.roles import see

Found = set[tuple[int, int, str]]


@dataclass(frozen=True, slots=True)
class Agreement:
    """The number of sentences, and those in which the entities differ."""

    sentences: int
    differing: list[dict[str, Any]]


def agreement(model: Path, documents: list[Document], engine: str) -> Agreement:
    """Where `annotate` with an exact engine and the plain loop find different entities.

    The documents must have sentences.
    """
    annotator = Annotator.load(model, engine=engine, precision="exact", device="cpu")
    differing: list[dict[str, Any]] = []
    count = 0
    ours = annotator.pipe(documents)
    for document, theirs in zip(ours, plain_loop(model, documents), strict=True):
        for sentence, want in zip(document.sentences or (), theirs, strict=True):
            count += 1
            start, end = sentence.offsets[0], sentence.offsets[-1]
            got = {_plain(e) for e in document.entities if start <= e.start < end}
            if got != want:
                differing.append(
                    {"text": document.text[start:end], "ours": sorted(got - want), "loop": sorted(want - got)}
                )
    return Agreement(count, differing)


@torch.inference_mode()
def plain_loop(model: Path, documents: list[Document]) -> Iterator[list[Found]]:
    """The entities of each sentence of each document."""
    network = AutoModelForTokenClassification.from_pretrained(model, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(model)
    names = network.config.id2label
    decoder = Decoder(TagSet.parse(tuple(names[i] for i in range(len(names)))))
    for document in documents:
        found = []
        seen, roles = see(document.text, document.sentences or (), MARKUP[0])
        ends = np.cumsum([len(words) for words in seen])
        for sentence, words, end in zip(document.sentences or (), seen, ends, strict=True):
            own = np.array(roles[end - len(words) : end], dtype=np.uint16)
            encoded = tokenizer(words, is_split_into_words=True, return_tensors="pt", truncation=True)
            scores = network(**encoded).logits[0].log_softmax(dim=-1).numpy()
            owners = encoded.word_ids(0)
            known = [number for number in range(len(words)) if number in owners]
            rows = scores[[owners.index(number) for number in known]]
            kept = Sentence.of(offset for number in known for offset in sentence.offsets[2 * number : 2 * number + 2])
            found.append({_plain(entity) for entity in decoder.entities(rows, kept, own[known])})
        yield found


def _plain(entity: Entity) -> tuple[int, int, str]:
    return entity.start, entity.end, entity.label
