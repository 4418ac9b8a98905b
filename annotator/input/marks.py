"""How far an input has been read, with digests of what was read, and whether that has changed since."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

from annotator.errors import AnnotatorError, RecordError
from annotator.formats.base import Record
from annotator.input.records import Input, Position, Positioned
from annotator.input.sources import Source


@dataclass(frozen=True, slots=True)
class Mark:
    """A position in an input, with the `digest` of the records of its source up to there."""

    position: Position = field(default_factory=Position)
    digest: str = ""

    def after(self, positioned: Positioned) -> Mark:
        """The mark after the record that follows this one."""
        digest = self.digest if positioned.position.source == self.position.source else ""
        return Mark(positioned.position, _chained(digest, positioned.record))


@dataclass(frozen=True, slots=True)
class Stamp:
    """The size of a file in bytes, and when it was last changed, in nanoseconds. Equal stamps: it has not changed."""

    size: int
    modified: int


@dataclass(frozen=True, slots=True)
class ReadSource:
    """A source that has been read to its `end`, and its stamp before that; None for anything but a file."""

    end: Mark
    stamp: Stamp | None = None


def stamp_of(source: Source) -> Stamp | None:
    """The stamp of a source as it is now; None if it is no file, or cannot be found."""
    if source.size is None or source.is_stdin or source.remote:
        return None
    try:
        now = (source.path or Path(source.name)).stat()
    except OSError:
        return None
    return Stamp(now.st_size, now.st_mtime_ns)


def check_unchanged(given: Input, read: ReadSource, *, whole: bool = True) -> None:
    """Raises AnnotatorError if a source is not what it was when it was read.

    A file with the same stamp has not changed. Anything else is read again: up to the end of what was read then, or,
    if it was read as a `whole`, to its own end.
    """
    number = read.end.position.source
    source = given.sources[number]
    if read.stamp is not None and read.stamp == stamp_of(source):
        return
    mark = Mark(Position(number))
    for positioned in replace(given, sources=given.sources[: number + 1]).records(number):
        if not whole and mark.position == read.end.position:
            break
        mark = mark.after(positioned)
    if mark != read.end:
        raise changed(source)


def changed(source: Source) -> AnnotatorError:
    """The error to raise for a source that is not what it was when it was read."""
    return AnnotatorError(f"{source.name}: has changed since the run read it", "start again with {force}")


def _chained(digest: str, record: Record) -> str:
    """The digest of records that had `digest` so far, followed by this record."""
    if isinstance(record, RecordError):
        content = repr((digest, str(record.origin), record.reason, record.raw))
    else:
        sentences = [sentence.offsets.tolist() for sentence in record.sentences or ()]
        content = repr((digest, record.id, record.text, record.meta, sentences))
    return blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
