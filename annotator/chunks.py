"""Documents -> chunks that are annotated together.

A chunk is enough text for batches of like length and little enough for memory. A long document is a chunk of
its own: it goes through the stages in pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from .errors import AnnotatorError, RecordError
from .reading import Input, Place, Placed
from .rejects import SKIPPING
from .types import Document

CHUNK_CHARACTERS = 100_000
# The first chunk is small, so that the engine has something to do at once.
FIRST_CHARACTERS = 20_000
# The record around a text takes memory too, so that a file of blank lines is not one chunk.
RECORD_CHARACTERS = 20
# Longer documents go through in pieces. So much text holds the ends of many sentences.
LONG_CHARACTERS = 1_000_000


def is_long(document: Document) -> bool:
    """Whether the document goes through the stages in pieces."""
    return len(document.text) > LONG_CHARACTERS


def chunks(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """The documents in runs of about CHUNK_CHARACTERS (the first: FIRST_CHARACTERS), a long one by itself."""
    chunk: list[Document] = []
    characters = 0
    enough = min(FIRST_CHARACTERS, CHUNK_CHARACTERS)
    for document in documents:
        if chunk and is_long(document):
            yield chunk
            chunk, characters, enough = [], 0, CHUNK_CHARACTERS
        chunk.append(document)
        characters += len(document.text) + RECORD_CHARACTERS
        if characters >= enough:
            yield chunk
            chunk, characters, enough = [], 0, CHUNK_CHARACTERS
    if chunk:
        yield chunk


@dataclass(frozen=True, slots=True)
class Mark:
    """How far an input is read: up to `place`, with the `digest` of the documents of its source up to there."""

    place: Place = field(default_factory=Place)
    digest: str = ""


@dataclass(slots=True)
class Chunk:
    """Documents read together, with the numbers of their sources, and what was rejected among them.

    `end` says where it ends in the input, `position` at how many of its bytes.
    """

    documents: list[Document] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)
    rejected: list[RecordError] = field(default_factory=list)
    characters: int = 0
    end: Mark = field(default_factory=Mark)
    position: int = 0

    def add(self, placed: Placed) -> None:
        """Add the next record of the input."""
        record = placed.record
        if isinstance(record, RecordError):
            self.rejected.append(record)
            self.characters += RECORD_CHARACTERS + len(record.raw or "")
        else:
            self.documents.append(record)
            self.sources.append(placed.place.source)
            self.characters += RECORD_CHARACTERS + len(record.text)


def read_chunks(read: Input, start: Mark, limit: int | None = None, skip_errors: bool = False) -> Iterator[Chunk]:
    """The records of an input after `start` in chunks, `limit` of them at most.

    Raises AnnotatorError where what comes before `start` is not what it was; and the RecordError of a record
    that cannot be read, after all that comes before it, unless such are to be skipped.
    """
    position = sum(source.size or 0 for source in read.sources[: start.place.source])

    def on_read(count: int) -> None:
        nonlocal position
        position += count

    records = read.records(start.place.source, on_read)
    end = _passed(read, records, start) if start.place.records else start
    chunk = Chunk()
    # What is gone on with has its first chunk already: all later ones must be those of an undisturbed run.
    enough = min(FIRST_CHARACTERS, CHUNK_CHARACTERS) if start == Mark() else CHUNK_CHARACTERS
    while limit is None or limit > 0:
        placed = next(records, None)
        if placed is None:
            break
        record = placed.record
        fails = isinstance(record, RecordError) and not skip_errors
        if (chunk.documents or chunk.rejected) and (fails or (isinstance(record, Document) and is_long(record))):
            yield chunk
            chunk, enough = Chunk(), CHUNK_CHARACTERS
        if isinstance(record, RecordError) and not skip_errors:
            record.add_note(SKIPPING)
            raise record
        limit = None if limit is None else limit - 1
        end = _moved(end, placed)
        chunk.add(placed)
        chunk.end, chunk.position = end, position
        if chunk.characters >= enough:
            yield chunk
            chunk, enough = Chunk(), CHUNK_CHARACTERS
    if chunk.documents or chunk.rejected:
        yield chunk


def _passed(read: Input, records: Iterator[Placed], start: Mark) -> Mark:
    """Read what was read before `start`, which is where this gets to."""
    end = Mark(Place(start.place.source))
    for placed in records:
        end = _moved(end, placed)
        if end.place.source != start.place.source or end.place.records >= start.place.records:
            break
    if end != start:
        name = read.sources[start.place.source].name
        raise AnnotatorError(f"{name}: is not what it was when the run was begun: start again with --force")
    return end


def _moved(end: Mark, placed: Placed) -> Mark:
    digest = end.digest if placed.place.source == end.place.source else ""
    return Mark(placed.place, digest if isinstance(placed.record, RecordError) else _chained(digest, placed.record))


def _chained(digest: str, document: Document) -> str:
    """The digest of documents that had `digest`, and of this one after them."""
    sentences = [sentence.offsets for sentence in document.sentences or ()]
    content = repr((digest, document.id, document.text, document.meta, sentences))
    return blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
