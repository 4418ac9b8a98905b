"""One output file: documents in, the bytes of a format out, resumable.

A file grows as NAME.partial and gets its name when it is whole. Formats that cannot be appended to (DocBin, Parquet,
HTML) grow as NAME.spool, lossless JSON Lines, which is converted when it is whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from annotator.document import Document
from annotator.files.compression import part_compressor
from annotator.files.sinks import PARTIAL, open_sink, reporting_os_errors
from annotator.formats import FORMATS, Format
from annotator.formats.base import UNBOUNDED, ReadOptions, WriteOptions, only_documents
from annotator.output.growing_file import EMPTY, Extent, GrowingFile, extent_of

SPOOL = ".spool"
SPOOL_FORMAT = FORMATS["jsonl"]
SPOOL_OPTIONS = WriteOptions(style="words")


def growing_path(path: Path, format: Format) -> Path:
    """The temporary name of an output file until it is whole."""
    return path.with_name(path.name + (PARTIAL if format.appends else SPOOL))


class DocumentFile:
    """An output file in a format, compressed if its suffix says so; resumed after what is `kept` of it."""

    def __init__(self, path: Path, format: Format, options: WriteOptions, kept: Extent = EMPTY) -> None:
        self.path = path
        self._format = format
        self._options = options
        self._compress = part_compressor(path)
        growing = growing_path(path, format)
        self._file = GrowingFile(path if format.appends else growing, growing, kept)
        self._empty = not kept.length

    def write(self, documents: Sequence[Document]) -> None:
        """Write documents, unbuffered."""
        if self._format.appends:
            self._file.write(self._compress(b"".join(self._format.writer()(documents, self._options))))
        else:
            self._file.write(b"".join(SPOOL_FORMAT.writer()(documents, SPOOL_OPTIONS)))
        self._empty = self._empty and not documents

    def sync(self) -> Extent:
        """Flush everything to the disk; returns what the growing file has."""
        return self._file.sync()

    def close(self) -> None:
        """Close the file under its temporary name."""
        self._file.close()

    def finish(self) -> Extent:
        """Give the file its own name; returns what it has. Its spool stays until `discard_spool`."""
        if self._format.appends:
            if self._empty:
                self._file.write(self._compress(b""))
            return self._file.finish()
        self._file.sync()
        self._file.close()
        with self._file.growing.open("rb") as spool, open_sink(self.path, force=True) as sink:
            documents = only_documents(SPOOL_FORMAT.reader()(spool, spool.name, ReadOptions(max_record=UNBOUNDED)))
            for part in self._format.writer()(documents, self._options):
                sink.write(part)
        with reporting_os_errors(self.path, "read"):
            return extent_of(self.path)

    def discard_spool(self) -> None:
        """Remove the spool of a finished file, if it has one."""
        if not self._format.appends:
            with reporting_os_errors(self.path):
                self._file.growing.unlink(missing_ok=True)
