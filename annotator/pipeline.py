"""The stages put together: documents in, documents with entities out, in the same order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .batch import score_windows
from .checkpoints import DEFAULT_MODEL, find_checkpoint, load_tokenizer, max_pieces
from .decode import FORBIDDEN, Decoder, Keep
from .encode import Encoder
from .engines import Engine
from .errors import UsageError
from .labels import TagSet
from .segment import Segmenter
from .types import Document, Origin, Sentence

# Documents are taken together until they have so many characters: enough for batches of like length,
# little enough for memory.
CHUNK_CHARACTERS = 100_000
RECORD_CHARACTERS = 20


@dataclass(frozen=True, slots=True)
class Annotator:
    """A loaded model with the stages around it.

    `slots` is the budget of piece slots a batch, padding counted.
    """

    segmenter: Segmenter
    encoder: Encoder
    engine: Engine
    decoder: Decoder
    keep: Keep
    slots: int

    @classmethod
    def load(
        cls,
        model: str = DEFAULT_MODEL,
        *,
        device: str = "auto",
        lang: str = "xx",
        labels: Sequence[str] | None = None,
        min_score: float = 0.0,
        batch_tokens: int | None = None,
    ) -> Annotator:
        """Load a model: a name the package knows, a checkpoint folder, or `owner/name` on the Hub.

        `labels` keeps only entities with these labels, `min_score` only those with at least this score;
        `batch_tokens` is the budget of piece slots a batch (None: what suits the device). Raises
        UsageError or AnnotatorError for a model, device, language or label that is not there.
        """
        from .engines.torch import TorchEngine

        folder = find_checkpoint(model)
        segmenter = Segmenter(lang)
        engine = TorchEngine(folder, device)
        tags = TagSet.parse(engine.labels)
        if unknown := [label for label in labels or () if label not in tags.labels]:
            raise UsageError(f"model {model} has no label {unknown[0]!r}: it has {', '.join(tags.labels)}")
        return cls(
            segmenter=segmenter,
            encoder=Encoder(load_tokenizer(folder), max_pieces(folder)),
            engine=engine,
            decoder=Decoder(tags),
            keep=Keep(None if labels is None else frozenset(labels), min_score),
            slots=batch_tokens or engine.slots,
        )

    def __call__(self, text: str) -> Document:
        """The text as a document with its sentences and entities."""
        (document,) = self.pipe([text])
        return document

    def pipe(self, documents: Iterable[Document | str]) -> Iterator[Document]:
        """The documents with their sentences and entities, in the same order; a string is a document's text."""
        for chunk in _chunks(_as_documents(documents)):
            yield from self._annotate(self.segmenter(chunk))

    def _annotate(self, documents: Sequence[Document]) -> Iterator[Document]:
        sentences = [(d.text, sentence) for d in documents for sentence in d.sentences or ()]
        words = [[text[w.start : w.end] for w in sentence.words] for text, sentence in sentences]
        windows = list(self.encoder.windows(words))
        # A word without pieces cannot be scored: it is certainly in no name.
        scores = [self._all_outside(sentence) for _, sentence in sentences]
        for window, score in zip(windows, score_windows(windows, self.engine, self.slots), strict=True):
            scores[window.sentence][window.words] = score
        scored = iter(scores)
        for document in documents:
            entities = (
                entity
                for sentence in document.sentences or ()
                for entity in self.decoder.entities(next(scored), sentence.words)
                if self.keep(entity)
            )
            yield replace(document, entities=tuple(entities))

    def _all_outside(self, sentence: Sentence) -> np.typing.NDArray[np.float32]:
        scores = np.full((len(sentence.words), len(self.engine.labels)), FORBIDDEN, dtype=np.float32)
        scores[:, self.decoder.outside] = 0.0
        return scores


def _as_documents(documents: Iterable[Document | str]) -> Iterator[Document]:
    for number, document in enumerate(documents, start=1):
        if isinstance(document, str):
            origin = Origin("text", number)
            yield Document(id=str(origin), text=document, origin=origin)
        else:
            yield document


def _chunks(documents: Iterable[Document]) -> Iterator[list[Document]]:
    chunk: list[Document] = []
    characters = 0
    for document in documents:
        chunk.append(document)
        # The record around a text takes memory too, so that a file of blank lines is not one chunk.
        characters += len(document.text) + RECORD_CHARACTERS
        if characters >= CHUNK_CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk
