"""Documents -> what the engine needs of them: their sentences, and the windows of these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from annotator.document import Document, Sentence
from annotator.edges import Roles
from annotator.prepare.encode import Encoder, Windows
from annotator.prepare.markup import MARKUP, check_markup
from annotator.prepare.roles import see
from annotator.prepare.segment import Segmenter

# The part of a document that preparation needs: its text, and its sentences if it has them already.
Content = tuple[str, tuple[Sentence, ...] | None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """The sentences of each document, and the windows of all these sentences, numbered consecutively.

    `roles` uint16 [words of all sentences]: see `annotator.edges`.
    """

    sentences: Sequence[tuple[Sentence, ...]]
    windows: Windows
    roles: Roles


@dataclass(frozen=True, slots=True)
class Preparer:
    """Segments and encodes, in this process or in a worker.

    `markup` says whether the model sees tags (`keep`) or not (`skip`). Raises UsageError for any other value.
    """

    segmenter: Segmenter
    encoder: Encoder
    markup: str = MARKUP[0]

    def __post_init__(self) -> None:
        check_markup(self.markup)

    def __call__(self, contents: Sequence[Content]) -> Prepared:
        """The contents of documents, segmented and encoded."""
        segmented = iter(self.segmenter.split([text for text, sentences in contents if sentences is None]))
        found = [next(segmented) if sentences is None else sentences for _, sentences in contents]
        words: list[list[str]] = []
        roles: list[int] = []
        for (text, _), sentences in zip(contents, found, strict=True):
            seen, own = see(text, sentences, self.markup)
            words += seen
            roles += own
        return Prepared(found, self.encoder.windows(words), np.array(roles, dtype=np.uint16))


def contents(documents: Iterable[Document]) -> list[Content]:
    """The part of each document that preparation needs."""
    return [(document.text, document.sentences) for document in documents]
