"""Long documents split into parts that end at the end of a sentence, and the annotated parts joined again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from annotator.document import Document, Entity, Sentence
from annotator.prepare.chunk_sizes import ChunkSizes
from annotator.prepare.segment import Segmenter


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a long document: a document of its own, with sentences. `start` is its offset in the whole."""

    document: Document
    start: int


def split_long(document: Document, segmenter: Segmenter, sizes: ChunkSizes) -> Iterator[Part]:
    """The parts of a long document, each with whole sentences and about as many characters as a full chunk.

    There is at least one part: a document without words has an empty one.
    """
    sentences = document.sentences if document.sentences is not None else _segmented(document, segmenter, sizes)
    taken: list[Sentence] = []
    empty = True
    for sentence in sentences:
        taken.append(sentence)
        empty = False
        if sentence.end - taken[0].start >= sizes.full:
            yield _part(document, taken)
            taken = []
    if taken:
        yield _part(document, taken)
    elif empty:
        yield Part(replace(document, text="", sentences=(), entities=()), 0)


def _part(document: Document, sentences: Sequence[Sentence]) -> Part:
    start, end = sentences[0].start, sentences[-1].end
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
    offsets = np.frombuffer(sentence.packed, dtype=np.uint32).astype(np.int64) + by
    return Sentence.unchecked(offsets.astype(np.uint32).tobytes())


def _segmented(document: Document, segmenter: Segmenter, sizes: ChunkSizes) -> Iterator[Sentence]:
    """The sentences of a long text, which is segmented section by section.

    The last sentence of a section may continue after it, so the next section begins with that sentence. A section
    that is a single sentence ends before its last word. A section ends at white space where it has any, because what
    is left of a word may say something else about the full stop before it.
    """
    text = document.text
    start = 0
    while start < len(text):
        end = start + sizes.long
        if end < len(text):
            end = max(text.rfind(" ", start + 1, end), text.rfind("\n", start + 1, end)) + 1 or end
        (found,) = segmenter.split([text[start:end]])
        if end < len(text) and len(found) > 1:
            end = start + found[-1].start
            found = found[:-1]
        elif end < len(text) and found and len(found[0]) > 1:
            end = start + found[0].offsets[-2]
            found = (Sentence.of(found[0].offsets[:-2]),)
        for sentence in found:
            yield _shifted(sentence, start)
        start = end


def join_parts(document: Document, annotated: Iterable[Part]) -> Document:
    """The long document, with the sentences and entities of its annotated parts."""
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
