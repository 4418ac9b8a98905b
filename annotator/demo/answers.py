"""What the page asks about a text: its entities, and the tag of each word."""

from __future__ import annotations

import re
import time
from collections.abc import Collection
from dataclasses import dataclass, replace

from annotator.decode import Keep, TaggedWord
from annotator.demo.models import Models
from annotator.document import Document
from annotator.errors import UsageError

# Half of a surrogate pair, which no file can hold. What a browser shows in its place has as many characters: one.
_SURROGATE = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True, slots=True)
class Answer:
    """A text with all its entities, by which model, and how many seconds that took.

    `replaced` is the number of halves of surrogate pairs in the text that U+FFFD stands for; offsets stay the same.
    """

    document: Document
    model: str
    labels: tuple[str, ...]
    seconds: float
    replaced: int = 0

    @property
    def words(self) -> int:
        """The number of words of the text."""
        return sum(len(sentence) for sentence in self.document.sentences or ())

    def kept(self, min_score: float, labels: Collection[str] | None) -> Document:
        """The document with only the entities that have one of the labels (None: any) and at least this score."""
        keep = Keep(labels, min_score)
        return replace(self.document, entities=tuple(filter(keep, self.document.entities)))


def annotate(models: Models, model: str, text: str, most: int) -> Answer:
    """The text with its entities.

    Raises UsageError for a text of more than `most` characters and for a model that is not offered.
    """
    if len(text) > most:
        raise UsageError(
            f"the text has {len(text):,} characters, and {most:,} is the most that can be annotated here at once",
            "upload it as a file",
        )
    annotator = models.load(model)
    text, replaced = _SURROGATE.subn(_REPLACEMENT, text)
    began = time.perf_counter()
    document = annotator(text)
    return Answer(document, model, annotator.labels, time.perf_counter() - began, replaced)


def words(models: Models, answer: Answer) -> list[TaggedWord]:
    """The words of an annotated text, each with its tag and how probable that is."""
    return models.load(answer.model).words(answer.document)
