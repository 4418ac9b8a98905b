"""The output files of a run, written one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from annotator.document import Document
from annotator.files.sinks import reporting_os_errors
from annotator.formats import Format
from annotator.formats.base import WriteOptions
from annotator.output.document_file import DocumentFile, growing_path
from annotator.output.shards import Layout


class OutputFiles:
    """Writes each document to the file that `layout` says; `number` is that of the file being written, from 0."""

    def __init__(self, layout: Layout, format: Format, options: WriteOptions) -> None:
        self._layout = layout
        self._format = format
        self._options = options
        self._file: DocumentFile | None = None
        self._finished: list[DocumentFile] = []
        self.number = 0

    def open(self, number: int = 0, length: int = 0) -> None:
        """Open file number `number`, to write after its first `length` bytes."""
        path = self._layout.path(number)
        with reporting_os_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        self.number = number
        self._file = DocumentFile(path, self._format, self._options, length)

    def write(self, documents: Sequence[Document], sources: Sequence[int], written: int) -> None:
        """Write documents, given the number of the source of each, after `written` earlier ones."""
        start = 0
        while start < len(documents):
            number = self._layout.number(sources[start], written + start)
            end = start
            while end < len(documents) and self._layout.number(sources[end], written + end) == number:
                end += 1
            self._move_to(number)
            self._current.write(documents[start:end])
            start = end

    def sync(self) -> int:
        """Flush everything to the disk; returns the length of the current file in bytes."""
        return self._current.sync()

    def discard_spools(self) -> None:
        """Remove the spools of finished files, which are not needed any more."""
        for file in self._finished:
            file.discard_spool()
        self._finished = []

    def discard_all_spools(self) -> None:
        """Remove spools of finished files that a killed run left, too."""
        for number in range(self.number + 1) if not self._format.appends else ():
            path = self._layout.path(number)
            with reporting_os_errors(path):
                growing_path(path, self._format).unlink(missing_ok=True)

    def finish(self, remove_stale: bool) -> None:
        """Give the last file its name, and create those that got no document.

        `remove_stale` removes files that a longer run numbered further.
        """
        if self._layout.last is not None:
            self._move_to(self._layout.last)
        self._finish_current()
        if remove_stale and self._layout.last is None:
            self._remove_from(self.number + 1)

    def close(self) -> None:
        """Close the current file under its temporary name."""
        if self._file is not None:
            self._file.close()

    @property
    def growing(self) -> Path:
        """The temporary name of the current file."""
        return growing_path(self._layout.path(self.number), self._format)

    @property
    def _current(self) -> DocumentFile:
        assert self._file is not None
        return self._file

    def _finish_current(self) -> None:
        self._current.finish()
        self._finished.append(self._current)

    def _move_to(self, number: int) -> None:
        while self.number < number:
            self._finish_current()
            self.open(self.number + 1)

    def _remove_from(self, number: int) -> None:
        while (path := self._layout.path(number)).exists():
            with reporting_os_errors(path):
                path.unlink()
            number += 1
