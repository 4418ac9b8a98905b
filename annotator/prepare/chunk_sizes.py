"""How much text is annotated together, and documents grouped into chunks of that size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from annotator.document import Document


@dataclass(frozen=True, slots=True)
class ChunkSizes:
    """How much text a chunk holds, in Unicode code points.

    A chunk is full once it has `full` characters; the first one of an input already with `first`, so that the engine
    has something to do at once. Each record counts `record` characters beside its text, so that a file of blank lines
    is not one chunk. A document of more than `long` characters is a chunk of its own and goes through the stages in
    parts.
    """

    full: int = 100_000
    first: int = 20_000
    record: int = 20
    long: int = 1_000_000

    @property
    def beginning(self) -> int:
        """The characters with which the first chunk is full."""
        return min(self.first, self.full)

    def is_long(self, document: Document) -> bool:
        """Whether the document goes through the stages in parts."""
        return len(document.text) > self.long


def chunk_documents(documents: Iterable[Document], sizes: ChunkSizes) -> Iterator[list[Document]]:
    """The documents in chunks of these sizes, in order."""
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
