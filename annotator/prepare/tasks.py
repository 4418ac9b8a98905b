"""Chunks of documents -> tasks for the stages: a chunk is one task, a long document one for each of its parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from annotator.document import Document
from annotator.prepare.chunk_sizes import ChunkSizes
from annotator.prepare.long_documents import Part, split_long
from annotator.prepare.segment import Segmenter


@dataclass(frozen=True, slots=True)
class Task:
    """Documents to annotate together, or the part of the long document `part_of` that begins at `start` in it."""

    documents: Sequence[Document]
    part_of: Document | None = None
    start: int = 0
    is_last: bool = False


def tasks_of(chunks: Iterable[Sequence[Document]], segmenter: Segmenter, sizes: ChunkSizes) -> Iterator[Task]:
    """The tasks of the chunks, in order. A long document must be a chunk of its own."""
    for chunk in chunks:
        if len(chunk) == 1 and sizes.is_long(chunk[0]):
            yield from _parts(chunk[0], segmenter, sizes)
        else:
            yield Task(chunk)


def _parts(document: Document, segmenter: Segmenter, sizes: ChunkSizes) -> Iterator[Task]:
    parts = split_long(document, segmenter, sizes)
    part: Part | None = next(parts)
    while part is not None:
        following = next(parts, None)
        yield Task([part.document], document, part.start, is_last=following is None)
        part = following
