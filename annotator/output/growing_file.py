"""A file that grows under a temporary name, can be resumed, and gets its own name when it is whole."""

from __future__ import annotations

import os
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from annotator.errors import AnnotatorError
from annotator.files import durable
from annotator.files.sinks import Sink, reporting_os_errors


@dataclass(frozen=True, slots=True)
class Extent:
    """The first `length` bytes of a file, and their digest."""

    length: int = 0
    digest: str = ""


EMPTY = Extent()


def extent_of(path: Path) -> Extent:
    """Everything that a file has."""
    digest = durable.new_digest()
    with path.open("rb", buffering=0) as stream:
        return Extent(durable.read_into(digest, stream), digest.hexdigest())


class GrowingFile:
    """A file that grows as `growing`, after what is `kept` of it, and is renamed to `path` when it is whole.

    Its names are durable once its folder is synced. Raises AnnotatorError if it cannot be written, or if it does not
    begin with what is to be kept.
    """

    def __init__(self, path: Path, growing: Path, kept: Extent = EMPTY) -> None:
        self.path = path
        self.growing = growing
        self._digest = durable.new_digest()
        with reporting_os_errors(path):
            if kept.length:
                self._stream = self._reopened(kept)
            else:
                self._stream = durable.create(growing)

    def _reopened(self, kept: Extent) -> FileIO:
        # A file that was renamed after the last entry of the journal grows again.
        if not self.growing.exists() and self.path.exists():
            self.path.replace(self.growing)
        if not self.growing.exists():
            raise AnnotatorError(f"{self.growing}: is missing", "start again with {force} instead of {resume}")
        stream = durable.reopen(self.growing)
        if durable.read_into(self._digest, stream, kept.length) < kept.length:
            stream.close()
            raise AnnotatorError(
                f"{self.growing}: is shorter than it was", "start again with {force} instead of {resume}"
            )
        if self._digest.hexdigest() != kept.digest:
            stream.close()
            raise AnnotatorError(
                f"{self.growing}: has changed since the run wrote it", "start again with {force} instead of {resume}"
            )
        stream.truncate(kept.length)
        return stream

    def write(self, part: bytes) -> None:
        """Write all of `part`."""
        Sink(str(self.path), self._stream).write(part)
        self._digest.update(part)

    def sync(self) -> Extent:
        """Flush everything to the disk; returns what the file has."""
        with reporting_os_errors(self.path):
            os.fsync(self._stream.fileno())
            return Extent(self._stream.tell(), self._digest.hexdigest())

    def close(self) -> None:
        """Close the file under its temporary name."""
        self._stream.close()

    def finish(self) -> Extent:
        """Close the file and give it its own name; returns what it has."""
        whole = self.sync()
        self.close()
        with reporting_os_errors(self.path):
            self.growing.replace(self.path)
        return whole
