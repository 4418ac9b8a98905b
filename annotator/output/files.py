"""Output files that can be gone on with: one file, or a folder of shards.

A file grows as NAME.partial and gets its name when it is whole. Formats that cannot be appended to (a DocBin,
Parquet, HTML) grow as NAME.spool, lossless JSON Lines, which is converted when it is whole.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from annotator.document import Document
from annotator.errors import AnnotatorError
from annotator.files.compression import of_parts
from annotator.files.sinks import PARTIAL, Sink, open_sink, reporting_os_errors
from annotator.formats import FORMATS, Format
from annotator.formats.base import ReadOptions, WriteOptions, strict
from annotator.output.shards import Shards

SPOOL = FORMATS["jsonl"]
SPOOL_OPTIONS = WriteOptions(style="words")


def growing_path(path: Path, form: Format) -> Path:
    """Where the documents of an output file are until it is whole."""
    return path.with_name(path.name + (PARTIAL if form.appends else ".spool"))


class GrowingFile:
    """A file that grows as `growing`, from `length` bytes on, and is renamed to `path` when it is whole.

    Raises AnnotatorError if it does not have so many bytes.
    """

    def __init__(self, path: Path, growing: Path, length: int = 0) -> None:
        self.path = path
        self.growing = growing
        with reporting_os_errors(path):
            # A file that got its name after the last entry of the journal is opened again.
            if length and not growing.exists() and path.exists():
                path.replace(growing)
            if length and not (growing.exists() and growing.stat().st_size >= length):
                raise AnnotatorError(
                    f"{growing}: is gone or shorter than it was: start again with --force instead of --resume"
                )
            self._stream = growing.open("r+b" if length else "wb", buffering=0)
            self._stream.truncate(length)
            self._stream.seek(length)

    def write(self, part: bytes) -> None:
        """Write all of `part`."""
        Sink(str(self.path), self._stream).write(part)

    def sync(self) -> int:
        """Make sure that all is on the disk; how many bytes that is."""
        with reporting_os_errors(self.path):
            os.fsync(self._stream.fileno())
            return self._stream.tell()

    def close(self) -> None:
        """Close the file, which keeps its name."""
        self._stream.close()

    def finish(self) -> None:
        """Give the file its name."""
        self.sync()
        self.close()
        with reporting_os_errors(self.path):
            self.growing.replace(self.path)


class OutputFile:
    """One output file: documents in, in the bytes of a format, compressed if its suffix says so."""

    def __init__(self, path: Path, form: Format, options: WriteOptions, length: int = 0) -> None:
        self.path = path
        self._form = form
        self._options = options
        self._compress = of_parts(path)
        growing = growing_path(path, form)
        self._file = GrowingFile(path if form.appends else growing, growing, length)
        self._empty = not length

    def write(self, documents: Sequence[Document]) -> None:
        """Write documents, now."""
        if self._form.appends:
            self._file.write(self._compress(b"".join(self._form.writer()(documents, self._options))))
        else:
            self._file.write(b"".join(SPOOL.writer()(documents, SPOOL_OPTIONS)))
        self._empty = self._empty and not documents

    def sync(self) -> int:
        """Make sure that all is on the disk; how many bytes that is."""
        return self._file.sync()

    def close(self) -> None:
        """Close the file as it is."""
        self._file.close()

    def finish(self) -> None:
        """Give the file its name; what it was spooled in stays until `discard`."""
        if self._form.appends:
            if self._empty:
                self._file.write(self._compress(b""))
            self._file.finish()
            return
        self._file.sync()
        self._file.close()
        with self._file.growing.open("rb") as spool, open_sink(self.path, force=True) as sink:
            for part in self._form.writer()(strict(SPOOL.reader()(spool, spool.name, ReadOptions())), self._options):
                sink.write(part)

    def discard(self) -> None:
        """Remove what a finished file was spooled in."""
        with reporting_os_errors(self.path):
            self._file.growing.unlink(missing_ok=True)


class Output:
    """The files of a run, one after the other."""

    def __init__(self, shards: Shards, form: Format, options: WriteOptions) -> None:
        self._shards = shards
        self._form = form
        self._options = options
        self._file: OutputFile | None = None
        self._finished: list[OutputFile] = []
        self.shard = 0

    def begin(self, shard: int = 0, length: int = 0) -> None:
        """Go on writing file number `shard` after its first `length` bytes."""
        path = self._shards.path(shard)
        if self._shards.folder:
            with reporting_os_errors(path):
                path.parent.mkdir(parents=True, exist_ok=True)
        self.shard = shard
        self._file = OutputFile(path, self._form, self._options, length)

    def write(self, documents: Sequence[Document], sources: Sequence[int], written: int) -> None:
        """Write documents, which come from the sources of those numbers, after `written` others."""
        start = 0
        while start < len(documents):
            number = self._shards.number(sources[start], written + start)
            end = start
            while end < len(documents) and self._shards.number(sources[end], written + end) == number:
                end += 1
            self._move_to(number)
            self._open.write(documents[start:end])
            start = end

    def sync(self) -> int:
        """Make sure that all is on the disk; how many bytes the current file has."""
        return self._open.sync()

    def discard_spools(self) -> None:
        """Remove what finished files were spooled in: nothing goes back to them any more."""
        for file in self._finished:
            if not self._form.appends:
                file.discard()
        self._finished = []

    def discard_all_spools(self) -> None:
        """Remove what a run that was killed left, too."""
        for number in range(self.shard + 1) if not self._form.appends else ():
            path = self._shards.path(number)
            with reporting_os_errors(path):
                growing_path(path, self._form).unlink(missing_ok=True)

    def finish(self, clean: bool) -> None:
        """Give the last file its name, after those that got no document.

        `clean` removes the files that a longer run numbered further.
        """
        if self._shards.last is not None:
            self._move_to(self._shards.last)
        self._open.finish()
        self._finished.append(self._open)
        if clean:
            self._remove_further()

    def close(self) -> None:
        """Close the current file as it is."""
        if self._file is not None:
            self._file.close()

    def _remove_further(self) -> None:
        """Remove files that a longer run with the same numbering left."""
        number = self.shard + 1
        while self._shards.size and (path := self._shards.path(number)).exists():
            with reporting_os_errors(path):
                path.unlink()
            number += 1

    @property
    def growing(self) -> Path:
        """Where the current file grows."""
        return growing_path(self._shards.path(self.shard), self._form)

    @property
    def _open(self) -> OutputFile:
        assert self._file is not None
        return self._file

    def _move_to(self, number: int) -> None:
        while self.shard < number:
            self._open.finish()
            self._finished.append(self._open)
            self.begin(self.shard + 1)
