"""The sizes of chunks, and documents grouped into chunks of these sizes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from annotator.document import Document


@dataclass(frozen=True, slots=True)
class ChunkSizes:
    """How much text a chunk holds, in characters (code points).

    A chunk is full once it has `full` characters. The first chunk of an input is full with `first`, so that the engine
    soon has something to do. Each record counts as `record` characters in addition to its text, so that a file of
    blank lines does not become one chunk. A document of more than `long` characters is a chunk of its own and goes
    through the stages in parts.
    """

    full: int = 100_000
    first: int = 20_000
    record: int = 20
    long: int = 1_000_000

    @property
    def beginning(self) -> int:
        """The number of characters with which the first chunk is full."""
        return min(self.first, self.full)

    def is_long(self, document: Document) -> bool:
        """Whether the document is annotated in parts."""
        return len(document.text) > self.long


def chunk_documents(documents: Iterable[Document], sizes: ChunkSizes) -> Iterator[list[Document]]:
    """The documents in order, in chunks of these sizes."""
    chunk: list[Document] = []
    characters = 0
    enough = sizes.beginning
    for document in documents:
        if chunk and sizes.is_long(document):
            yield chunk
            chunk, characters, enough = [], 0, sizes.full
        chunk.append(document)
        characters += len(document.text) + sizes.record
        if characters >= enough:
            yield chunk
            chunk, characters, enough = [], 0, sizes.full
    if chunk:
        yield chunk
