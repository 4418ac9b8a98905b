"""Documents -> what the engine needs of them: their sentences, and the windows of these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from annotator.document import Document, Sentence
from annotator.prepare.encode import Encoder, Windows
from annotator.prepare.segment import Segmenter

# The part of a document that preparation needs: its text, and its sentences if it has them already.
Content = tuple[str, tuple[Sentence, ...] | None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """The sentences of each document, and the windows of all these sentences, numbered consecutively."""

    sentences: Sequence[tuple[Sentence, ...]]
    windows: Windows


@dataclass(frozen=True, slots=True)
class Preparer:
    """Segments and encodes, in this process or in a worker."""

    segmenter: Segmenter
    encoder: Encoder

    def __call__(self, contents: Sequence[Content]) -> Prepared:
        """The contents of documents, segmented and encoded."""
        segmented = iter(self.segmenter.split([text for text, sentences in contents if sentences is None]))
        found = [next(segmented) if sentences is None else sentences for _, sentences in contents]
        words = [
            [text[start:end] for start, end in sentence.word_offsets()]
            for (text, _), sentences in zip(contents, found, strict=True)
            for sentence in sentences
        ]
        return Prepared(found, self.encoder.windows(words))


def contents(documents: Iterable[Document]) -> list[Content]:
    """The part of each document that preparation needs."""
    return [(document.text, document.sentences) for document in documents]
