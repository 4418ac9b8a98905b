"""Documents -> what the engine is given: their sentences, and the windows of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .encode import Encoder, Windows
from .segment import Segmenter
from .types import Document


@dataclass(frozen=True, slots=True)
class Prepared:
    """Documents with their sentences, and the windows of all these, numbered through."""

    documents: Sequence[Document]
    windows: Windows


@dataclass(frozen=True, slots=True)
class Preparer:
    """What is done before the engine, in line or in a worker process."""

    segmenter: Segmenter
    encoder: Encoder

    def __call__(self, documents: Sequence[Document]) -> Prepared:
        """The documents, segmented and encoded."""
        segmented = self.segmenter(documents)
        words = [
            [document.text[start:end] for start, end in sentence.spans()]
            for document in segmented
            for sentence in document.sentences or ()
        ]
        return Prepared(segmented, self.encoder.windows(words))
