"""A file that grows under a temporary name, can be resumed, and gets its own name when it is whole."""

from __future__ import annotations

import os
from pathlib import Path

from annotator.errors import AnnotatorError
from annotator.files.sinks import Sink, reporting_os_errors


class GrowingFile:
    """A file that grows as `growing`, from `length` bytes on, and is renamed to `path` when it is whole.

    Raises AnnotatorError if it cannot be written or does not have `length` bytes.
    """

    def __init__(self, path: Path, growing: Path, length: int = 0) -> None:
        self.path = path
        self.growing = growing
        with reporting_os_errors(path):
            # A file that was renamed after the last entry of the journal is opened again.
            if length and not growing.exists() and path.exists():
                path.replace(growing)
            if length and not (growing.exists() and growing.stat().st_size >= length):
                raise AnnotatorError(
                    f"{growing}: is missing or shorter than it was", "start again with {force} instead of {resume}"
                )
            self._stream = growing.open("r+b" if length else "wb", buffering=0)
            self._stream.truncate(length)
            self._stream.seek(length)

    def write(self, part: bytes) -> None:
        """Write all of `part`."""
        Sink(str(self.path), self._stream).write(part)

    def sync(self) -> int:
        """Flush everything to the disk; returns the file's length in bytes."""
        with reporting_os_errors(self.path):
            os.fsync(self._stream.fileno())
            return self._stream.tell()

    def close(self) -> None:
        """Close the file under its temporary name."""
        self._stream.close()

    def finish(self) -> None:
        """Close the file and give it its own name."""
        self.sync()
        self.close()
        with reporting_os_errors(self.path):
            self.growing.replace(self.path)
