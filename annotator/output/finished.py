"""What is recorded about an output file that is whole, so that a change of it is noticed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from annotator.errors import AnnotatorError
from annotator.files.sinks import reporting_os_errors
from annotator.output.growing_file import Extent, extent_of


@dataclass(frozen=True, slots=True)
class FinishedFile:
    """An output file that is whole: its `number` among the files of the run, what it has, and when it was written.

    `modified` is the file system's time in nanoseconds.
    """

    number: int
    extent: Extent
    modified: int

    @classmethod
    def of(cls, number: int, path: Path, extent: Extent) -> FinishedFile:
        """The record of a file that has just been written. Raises AnnotatorError if it cannot be found."""
        with reporting_os_errors(path, "read"):
            return cls(number, extent, path.stat().st_mtime_ns)

    def check(self, path: Path) -> None:
        """Raises AnnotatorError if the file is missing or is not what it was.

        A file whose length and time are the same has not changed; of any other, the digest decides.
        """
        with reporting_os_errors(path, "read"):
            if path.is_file():
                now = path.stat()
                if now.st_size == self.extent.length and now.st_mtime_ns == self.modified:
                    return
        check_whole(path, self.extent)


def check_whole(path: Path, extent: Extent) -> None:
    """Raises AnnotatorError if a file is missing or has anything but `extent`."""
    with reporting_os_errors(path, "read"):
        if not path.is_file():
            raise AnnotatorError(f"{path}: is missing", "start again with {force}")
        if path.stat().st_size == extent.length and extent_of(path) == extent:
            return
    raise AnnotatorError(f"{path}: has changed since the run wrote it", "start again with {force}")
