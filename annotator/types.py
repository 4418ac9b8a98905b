"""What flows through the stages: documents, sentences, words and entities.

All offsets are half-open `[start, end)` ranges of Unicode code points in `Document.text`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document stands in its input: the source's name and the line, counted from 1."""

    source: str
    line: int

    def __str__(self) -> str:
        return f"{self.source}:{self.line}"


@dataclass(frozen=True, slots=True)
class Word:
    """One token: `text[start:end]`, never empty."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words in the order of the text, one or more, none overlapping another."""

    words: tuple[Word, ...]

    def __post_init__(self) -> None:
        end = 0
        for word in self.words:
            if not end <= word.start < word.end:
                raise ValueError(f"words must ascend, without overlap and not be empty: {word} after {end}")
            end = word.end
        if not end:
            raise ValueError("a sentence needs a word")


@dataclass(frozen=True, slots=True)
class Entity:
    """A name: `text[start:end]` with its label and, if a model gave it, its score.

    The score is the mean probability that the model gave to the entity's tags, between 0 and 1.
    """

    start: int
    end: int
    label: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A text with what is known of it.

    `sentences` is None before segmentation. `entities` ascend by offset, do not overlap, and each
    lies within one sentence. `meta` holds the other fields of the input record, passed through.
    """

    id: str
    text: str
    origin: Origin
    meta: Mapping[str, Any] = field(default_factory=dict)
    sentences: tuple[Sentence, ...] | None = None
    entities: tuple[Entity, ...] = ()

    def __post_init__(self) -> None:
        end = 0
        for entity in self.entities:
            if not end <= entity.start < entity.end <= len(self.text):
                raise ValueError(f"entities must ascend within the text, without overlap: {entity} after {end}")
            end = entity.end
        if self.sentences and self.sentences[-1].words[-1].end > len(self.text):
            raise ValueError(f"a word ends after the text of {len(self.text)} characters")
