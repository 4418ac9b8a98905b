"""Documents -> chunks that are annotated together.

A chunk is enough text for batches of like length and little enough for memory. A long document is a chunk of
its own: it goes through the stages in pieces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from annotator.document import Document
from annotator.errors import AnnotatorError, RecordError
from annotator.input.records import Input, Position, Positioned
from annotator.prepare.chunk_sizes import ChunkSizes


@dataclass(frozen=True, slots=True)
class Mark:
    """How far an input is read: up to `position`, with the `digest` of the documents of its source up to there."""

    position: Position = field(default_factory=Position)
    digest: str = ""


@dataclass(slots=True)
class Chunk:
    """Documents read together, with the numbers of their sources, and what was rejected among them.

    `end` says where it ends in the input, `bytes_read` at how many of its bytes.
    """

    documents: list[Document] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)
    rejected: list[RecordError] = field(default_factory=list)
    characters: int = 0
    end: Mark = field(default_factory=Mark)
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
        """Whether its records have `enough` characters, counted as `sizes` says."""
        return self.characters + sizes.record * (len(self.documents) + len(self.rejected)) >= enough


def read_chunks(
    read: Input, start: Mark, sizes: ChunkSizes, limit: int | None = None, skip_errors: bool = False
) -> Iterator[Chunk]:
    """The records of an input after `start` in chunks, `limit` of them at most.

    Raises AnnotatorError where what comes before `start` is not what it was; and the RecordError of a record
    that cannot be read, after all that comes before it, unless such are to be skipped.
    """
    bytes_read = sum(source.size or 0 for source in read.sources[: start.position.source])

    def on_read(count: int) -> None:
        nonlocal bytes_read
        bytes_read += count

    records = read.records(start.position.source, on_read)
    end = _passed(read, records, start) if start.position.records else start
    chunk = Chunk()
    # What is gone on with has its first chunk already: all later ones must be those of an undisturbed run.
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
        end = _moved(end, positioned)
        chunk.add(positioned)
        chunk.end, chunk.bytes_read = end, bytes_read
        if chunk.is_full(enough, sizes):
            yield chunk
            chunk, enough = Chunk(), sizes.full
    if chunk.documents or chunk.rejected:
        yield chunk


def _passed(read: Input, records: Iterator[Positioned], start: Mark) -> Mark:
    """Read what was read before `start`, which is where this gets to."""
    end = Mark(Position(start.position.source))
    for positioned in records:
        end = _moved(end, positioned)
        if end.position.source != start.position.source or end.position.records >= start.position.records:
            break
    if end != start:
        name = read.sources[start.position.source].name
        raise AnnotatorError(f"{name}: is not what it was when the run was begun: start again with --force")
    return end


def _moved(end: Mark, positioned: Positioned) -> Mark:
    digest = end.digest if positioned.position.source == end.position.source else ""
    return Mark(
        positioned.position,
        digest if isinstance(positioned.record, RecordError) else _chained(digest, positioned.record),
    )


def _chained(digest: str, document: Document) -> str:
    """The digest of documents that had `digest`, and of this one after them."""
    sentences = [sentence.offsets.tolist() for sentence in document.sentences or ()]
    content = repr((digest, document.id, document.text, document.meta, sentences))
    return blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
