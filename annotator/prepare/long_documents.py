"""Long documents split into parts that end where a sentence does, and the annotated parts joined again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from annotator.document import Document, Entity, Sentence
from annotator.prepare.chunk_sizes import ChunkSizes
from annotator.prepare.segment import Segmenter


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a long document: a document of its own, with its sentences, that begins at `start` in the whole."""

    document: Document
    start: int


def split_long(document: Document, segmenter: Segmenter, sizes: ChunkSizes) -> Iterator[Part]:
    """A long document in parts that end where a sentence does, of about as many characters as a full chunk.

    There is always a part: a document without a word has an empty one.
    """
    run: list[Sentence] = []
    empty = True
    for sentence in (
        document.sentences if document.sentences is not None else _long_sentences(document, segmenter, sizes)
    ):
        run.append(sentence)
        empty = False
        if sentence.offsets[-1] - run[0].offsets[0] >= sizes.full:
            yield _part(document, run)
            run = []
    if run:
        yield _part(document, run)
    elif empty:
        yield Part(replace(document, text="", sentences=(), entities=()), 0)


def _part(document: Document, sentences: Sequence[Sentence]) -> Part:
    start, end = sentences[0].offsets[0], sentences[-1].offsets[-1]
    return Part(
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
    return Sentence.unchecked(moved.astype(np.uint32).tobytes())


def _long_sentences(document: Document, segmenter: Segmenter, sizes: ChunkSizes) -> Iterator[Sentence]:
    """The sentences of a long text, found a stretch at a time.

    The last sentence of a stretch may go on in the next one, which therefore begins with it; where a whole
    stretch is one sentence, it ends before its last word.
    """
    text = document.text
    start = 0
    while start < len(text):
        end = start + sizes.long
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


def join_parts(document: Document, annotated: Iterable[Part]) -> Document:
    """The long document with the sentences and entities of its annotated parts."""
    sentences: list[Sentence] = []
    entities: list[Entity] = []
    for part in annotated:
        sentences += [_shifted(sentence, part.start) for sentence in part.document.sentences or ()]
        entities += [
            replace(entity, start=entity.start + part.start, end=entity.end + part.start)
            for entity in part.document.entities
        ]
    kept = tuple(sentences) if document.sentences is None else document.sentences
    return replace(document, sentences=kept, entities=tuple(entities))
