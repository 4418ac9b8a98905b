"""Where rejected records go: a JSON line each, with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from annotator.errors import AnnotatorError, RecordError
from annotator.files.sinks import PARTIAL
from annotator.output.files import GrowingFile

# What to do about a record that cannot be read.
SKIPPING = "skip such records with {on_error} skip"


def rejects_beside(output: Path) -> Path:
    """The file for the rejects of an output file that is used if no other is named."""
    return output.with_name(output.name + ".rejects.jsonl")


def check_free(path: Path | None, force: bool) -> None:
    """Raises AnnotatorError if there are rejects of another run, unless they may be replaced."""
    if path and path.exists() and not force:
        raise AnnotatorError(f"{path}: exists already: use --force to replace it, or name other --rejects")


class Rejects:
    """A file of rejected records that is made when there is one; without a file, `warn` is told of each.

    It is gone on with after its first `length` bytes.
    """

    def __init__(self, path: Path | None, warn: Callable[[str], None], length: int = 0) -> None:
        self.path = path
        self._warn = warn
        self._file = self._grow(path, length) if path and length else None

    def write(self, error: RecordError) -> None:
        """Keep one record."""
        if self.path is None:
            self._warn(f"skipped {error}")
            return
        self._file = self._file or self._grow(self.path, 0)
        record = {"origin": str(error.origin), "reason": error.reason, "record": error.raw}
        self._file.write(json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")

    def sync(self) -> int:
        """Make sure that all is on the disk; how many bytes that is."""
        return self._file.sync() if self._file else 0

    def close(self) -> None:
        """Close the file as it is."""
        if self._file:
            self._file.close()

    def finish(self) -> None:
        """Give the file its name, if there is one."""
        if self._file:
            self._file.finish()

    def __enter__(self) -> Rejects:
        """Itself."""
        return self

    def __exit__(self, failure: object, *_: object) -> None:
        """Give the file its name, or leave it as it is after a failure."""
        if failure is None:
            self.finish()
        else:
            self.close()

    @staticmethod
    def _grow(path: Path, length: int) -> GrowingFile:
        return GrowingFile(path, path.with_name(path.name + PARTIAL), length)
