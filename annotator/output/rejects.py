"""Rejected records: a JSON line each, with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from annotator.errors import Advice, AnnotatorError, RecordError
from annotator.files.sinks import PARTIAL
from annotator.output.growing_file import GrowingFile

# What can be done about a record that cannot be read.
SKIP_ADVICE = Advice("skip such records with {on_error} skip")


def rejects_beside(output: Path) -> Path:
    """The default file for the rejects of an output file."""
    return output.with_name(output.name + ".rejects.jsonl")


def check_not_used(rejects: Path | None, force: bool) -> None:
    """Raises AnnotatorError if the file of rejects exists, unless `force` allows replacing it."""
    if rejects and rejects.exists() and not force:
        raise AnnotatorError(f"{rejects}: exists already", "use {force} to replace it, or name another {rejects}")


class Rejects:
    """A file of rejected records, created for the first one and resumed after its first `length` bytes.

    Without a file, `warn` gets a line for each record.
    """

    def __init__(self, path: Path | None, warn: Callable[[str], None], length: int = 0) -> None:
        self.path = path
        self._warn = warn
        self._file = self._open(path, length) if path and length else None

    def write(self, error: RecordError) -> None:
        """Keep one record."""
        if self.path is None:
            self._warn(f"skipped {error}")
            return
        self._file = self._file or self._open(self.path, 0)
        record = {"origin": str(error.origin), "reason": error.reason, "record": error.raw}
        self._file.write(json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")

    def sync(self) -> int:
        """Flush everything to the disk; returns the file's length in bytes."""
        return self._file.sync() if self._file else 0

    def close(self) -> None:
        """Close the file under its temporary name."""
        if self._file:
            self._file.close()

    def finish(self) -> None:
        """Give the file its own name, if there is one."""
        if self._file:
            self._file.finish()

    def __enter__(self) -> Rejects:
        """Itself."""
        return self

    def __exit__(self, failure: object, *_: object) -> None:
        """Give the file its own name, or leave it under its temporary name after a failure."""
        if failure is None:
            self.finish()
        else:
            self.close()

    @staticmethod
    def _open(path: Path, length: int) -> GrowingFile:
        return GrowingFile(path, path.with_name(path.name + PARTIAL), length)
