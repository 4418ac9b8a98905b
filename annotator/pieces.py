"""Long documents in pieces that end at sentence ends, and the annotated pieces as the whole document again."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .chunks import CHUNK_CHARACTERS, LONG_CHARACTERS
from .segment import Segmenter
from .types import OFFSETS, Document, Entity, Sentence


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a long document: a document of its own, with its sentences, that begins at `start` in the whole."""

    document: Document
    start: int


def pieces(document: Document, segmenter: Segmenter) -> Iterator[Piece]:
    """A document in pieces of about CHUNK_CHARACTERS that end where a sentence does."""
    run: list[Sentence] = []
    for sentence in document.sentences if document.sentences is not None else _long_sentences(document, segmenter):
        run.append(sentence)
        if sentence.offsets[-1] - run[0].offsets[0] >= CHUNK_CHARACTERS:
            yield _piece(document, run)
            run = []
    if run:
        yield _piece(document, run)


def _piece(document: Document, sentences: Sequence[Sentence]) -> Piece:
    start, end = sentences[0].offsets[0], sentences[-1].offsets[-1]
    return Piece(
        Document(
            id=document.id,
            text=document.text[start:end],
            origin=document.origin,
            sentences=tuple(_shifted(sentence, -start) for sentence in sentences),
        ),
        start,
    )


def _shifted(sentence: Sentence, by: int) -> Sentence:
    moved = np.frombuffer(sentence.offsets, dtype=np.uint32).astype(np.int64) + by
    return Sentence.of(array(OFFSETS, moved.astype(np.uint32).tobytes()))


def _long_sentences(document: Document, segmenter: Segmenter) -> Iterator[Sentence]:
    """The sentences of a long text, found a stretch at a time.

    The last sentence of a stretch may go on in the next one, which therefore begins with it; where a whole
    stretch is one sentence, it ends before its last word.
    """
    text = document.text
    start = 0
    while start < len(text):
        end = start + LONG_CHARACTERS
        (stretch,) = segmenter([Document(document.id, text[start:end], document.origin)])
        found = stretch.sentences or ()
        if end < len(text) and len(found) > 1:
            end = start + found[-1].offsets[0]
            found = found[:-1]
        elif end < len(text) and found and len(found[0]) > 1:
            end = start + found[0].offsets[-2]
            found = (Sentence.of(found[0].offsets[:-2]),)
        for sentence in found:
            yield _shifted(sentence, start)
        start = end


def whole(document: Document, annotated: Iterable[Piece]) -> Document:
    """The long document with the sentences and entities of its annotated pieces."""
    sentences: list[Sentence] = []
    entities: list[Entity] = []
    for piece in annotated:
        sentences += [_shifted(sentence, piece.start) for sentence in piece.document.sentences or ()]
        entities += [
            replace(entity, start=entity.start + piece.start, end=entity.end + piece.start)
            for entity in piece.document.entities
        ]
    kept = tuple(sentences) if document.sentences is None else document.sentences
    return replace(document, sentences=kept, entities=tuple(entities))
