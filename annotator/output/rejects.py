"""Rejected records: a JSON line each, with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from annotator.errors import Advice, AnnotatorError, RecordError
from annotator.files import durable
from annotator.files.sinks import PARTIAL, reporting_os_errors
from annotator.output.growing_file import EMPTY, Extent, GrowingFile

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
    """A file of rejected records, created for the first one and resumed after what is `kept` of it.

    Without a file, `warn` gets a line for each record.
    """

    def __init__(self, path: Path | None, warn: Callable[[str], None], kept: Extent = EMPTY) -> None:
        self.path = path
        self._warn = warn
        self._file = self._open(path, kept) if path and kept.length else None

    def write(self, error: RecordError) -> None:
        """Keep one record."""
        if self.path is None:
            self._warn(f"skipped {error}")
            return
        self._file = self._file or self._open(self.path, EMPTY)
        record = {"origin": str(error.origin), "reason": error.reason, "record": error.raw}
        self._file.write(json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")

    def sync(self) -> Extent:
        """Flush everything to the disk; returns what the file has."""
        return self._file.sync() if self._file else EMPTY

    def close(self) -> None:
        """Close the file under its temporary name."""
        if self._file:
            self._file.close()

    def finish(self) -> None:
        """Give the file its own name, if there is one; what a killed run left of another is removed."""
        if self._file:
            self._file.finish()
            durable.sync_folder(self._file.path.parent)
        elif self.path:
            with reporting_os_errors(self.path):
                _growing(self.path).unlink(missing_ok=True)

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
    def _open(path: Path, kept: Extent) -> GrowingFile:
        file = GrowingFile(path, _growing(path), kept)
        durable.sync_folder(path.parent)
        return file


def _growing(path: Path) -> Path:
    return path.with_name(path.name + PARTIAL)
