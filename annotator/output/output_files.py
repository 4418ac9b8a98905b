"""The output files of a run, written one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count, takewhile
from pathlib import Path

from annotator.document import Document
from annotator.files import durable
from annotator.files.sinks import reporting_os_errors
from annotator.formats import Format
from annotator.formats.base import WriteOptions
from annotator.output.document_file import DocumentFile, growing_path
from annotator.output.finished import FinishedFile
from annotator.output.growing_file import EMPTY, Extent
from annotator.output.shards import Layout, make_folder_for


class OutputFiles:
    """Writes each document to the file that `layout` says; `number` is that of the file being written, from 0."""

    def __init__(self, layout: Layout, format: Format, options: WriteOptions) -> None:
        self._layout = layout
        self._format = format
        self._options = options
        self._file: DocumentFile | None = None
        self._finished: list[tuple[DocumentFile, FinishedFile]] = []
        self._unsynced: set[Path] = set()
        self.number = 0

    def open(self, number: int = 0, kept: Extent = EMPTY) -> None:
        """Open file number `number`, to write after what is `kept` of it."""
        path = self._layout.path(number)
        make_folder_for(path, self._layout.folder)
        self.number = number
        self._file = DocumentFile(path, self._format, self._options, kept)
        self._unsynced.add(path.parent)

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

    def sync(self) -> Extent:
        """Flush everything to the disk, names of files included; returns what the current file has."""
        self._sync_folders()
        return self._current.sync()

    def finished(self) -> tuple[FinishedFile, ...]:
        """The files that have been finished since their spools were last discarded."""
        return tuple(finished for _, finished in self._finished)

    def discard_spools(self) -> None:
        """Remove the spools of finished files, which are not needed any more."""
        for file, _ in self._finished:
            file.discard_spool()
        self._finished = []

    def check(self, finished: Iterable[FinishedFile]) -> None:
        """Raises AnnotatorError if one of these files is missing or has changed."""
        for file in finished:
            file.check(self._layout.path(file.number))

    def finish(self, remove_stale: bool) -> None:
        """Give the last file its name, and create those that got no document.

        `remove_stale` removes files that a longer run numbered further.
        """
        if self._layout.last is not None:
            self._move_to(self._layout.last)
        self._finish_current()
        self._sync_folders()
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
        extent = self._current.finish()
        self._finished.append((self._current, FinishedFile.of(self.number, self._current.path, extent)))

    def _sync_folders(self) -> None:
        for folder in self._unsynced:
            durable.sync_folder(folder)
        self._unsynced = set()

    def _move_to(self, number: int) -> None:
        while self.number < number:
            self._finish_current()
            self.open(self.number + 1)

    def _remove_from(self, first: int) -> None:
        """Remove the files from number `first` on, the last one first, so that a killed run can find the rest."""
        stale = list(takewhile(Path.exists, map(self._layout.path, count(first))))
        for path in reversed(stale):
            with reporting_os_errors(path):
                path.unlink()
