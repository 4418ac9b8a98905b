"""Records -> chunks: documents that are annotated together.

A chunk has enough text for batches of similar lengths, and little enough to fit in memory. A long document is a chunk
of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from annotator.document import Document
from annotator.errors import RecordError
from annotator.input.marks import Mark, changed
from annotator.input.records import Input, Position, Positioned
from annotator.prepare.chunk_sizes import ChunkSizes


@dataclass(slots=True)
class Chunk:
    """Documents that are read together, with the numbers of their sources, and the records rejected among them.

    `characters` counts the text of all its records. `end` marks where the chunk ends in the input, and `left` the ends
    of the sources that are left behind on the way there. `bytes_read` is how many bytes of the input had been read by
    then.
    """

    documents: list[Document] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)
    rejected: list[RecordError] = field(default_factory=list)
    characters: int = 0
    end: Mark = field(default_factory=Mark)
    left: list[Mark] = field(default_factory=list)
    bytes_read: int = 0

    def add(self, positioned: Positioned) -> None:
        """Add the next record of the input."""
        record = positioned.record
        if isinstance(record, RecordError):
            self.rejected.append(record)
            self.characters += len(record.raw or "")
        else:
            self.documents.append(record)
            self.sources.append(positioned.position.source)
            self.characters += len(record.text)

    def is_full(self, enough: int, sizes: ChunkSizes) -> bool:
        """Whether the records have `enough` characters, with what `sizes` adds for each record."""
        return self.characters + sizes.record * (len(self.documents) + len(self.rejected)) >= enough


def read_chunks(
    source_input: Input, start: Mark, sizes: ChunkSizes, limit: int | None = None, skip_errors: bool = False
) -> Iterator[Chunk]:
    """The records of an input after `start`, at most `limit` of them, in chunks.

    Raises AnnotatorError if the records before `start` have changed. Unless errors are to be skipped, raises the
    RecordError of a record that cannot be read, once all records before it have been yielded.
    """
    bytes_read = sum(source.size or 0 for source in source_input.sources[: start.position.source])

    def on_read(count: int) -> None:
        nonlocal bytes_read
        bytes_read += count

    records = source_input.records(start.position.source, on_read)
    end = _skipped(source_input, records, start) if start.position.records else start
    chunk = Chunk()
    # A run that is resumed has had its first chunk; all later chunks must be those of an uninterrupted run.
    enough = sizes.beginning if start == Mark() else sizes.full
    while limit is None or limit > 0:
        positioned = next(records, None)
        if positioned is None:
            break
        record = positioned.record
        fails = isinstance(record, RecordError) and not skip_errors
        if (chunk.documents or chunk.rejected) and (fails or (isinstance(record, Document) and sizes.is_long(record))):
            yield chunk
            chunk, enough = Chunk(), sizes.full
        if isinstance(record, RecordError) and not skip_errors:
            raise record
        limit = None if limit is None else limit - 1
        chunk.left += left_between(end, positioned.position.source)
        end = end.after(positioned)
        chunk.add(positioned)
        chunk.end, chunk.bytes_read = end, bytes_read
        if chunk.is_full(enough, sizes):
            yield chunk
            chunk, enough = Chunk(), sizes.full
    if chunk.documents or chunk.rejected:
        yield chunk


def _skipped(source_input: Input, records: Iterator[Positioned], start: Mark) -> Mark:
    """Read the records before `start` again, and return `start`. Raises AnnotatorError if they have changed."""
    end = Mark(Position(start.position.source))
    for positioned in records:
        end = end.after(positioned)
        if end.position.source != start.position.source or end.position.records >= start.position.records:
            break
    if end != start:
        raise changed(source_input.sources[start.position.source])
    return end


def left_between(end: Mark, source: int) -> list[Mark]:
    """The ends of the sources from that of `end` up to, but not including, number `source`; all but it are empty."""
    first = end.position.source
    return [end if number == first else Mark(Position(number)) for number in range(first, source)]
