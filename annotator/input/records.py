"""Sources -> records, each with its position in the input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from typing import NamedTuple

from annotator.document import Document
from annotator.errors import AnnotatorError, RecordError
from annotator.formats import INPUT_SUFFIXES, input_format
from annotator.formats.base import MAX_RECORD, ReadOptions, Record, only_documents
from annotator.input.sources import Source, find_sources


@dataclass(frozen=True, slots=True)
class Position:
    """How far an input is read: all sources before number `source` (from 0), and `records` records of this one."""

    source: int = 0
    records: int = 0


class Positioned(NamedTuple):  # one for each record; a frozen dataclass would take longer to make
    """A record of the input, with the position after it."""

    record: Record
    position: Position


@dataclass(frozen=True, slots=True)
class Input:
    """The sources to read, their format (None: each source by its suffix) and the options of reading.

    `names` are the files, folders, globs and URIs that the sources were found by. `open_input` makes one and checks all
    that can be checked before reading.
    """

    sources: Sequence[Source]
    format_name: str | None
    options: ReadOptions
    names: tuple[str, ...] = ()

    @property
    def size(self) -> int | None:
        """The total size of the sources in bytes, as stored; None if the size of one is not known."""
        sizes = [source.size for source in self.sources]
        return None if None in sizes else sum(size or 0 for size in sizes)

    @property
    def formats(self) -> set[str]:
        """The names of the formats of the sources."""
        return {input_format(self.format_name, source.name).name for source in self.sources}

    def records(self, first: int = 0, on_read: Callable[[int], None] = lambda _: None) -> Iterator[Positioned]:
        """The records of the sources from number `first` on, in order.

        A RecordError stands for a record that cannot be read, or for the rest of a source that cannot be read.
        `on_read` is called with the number of bytes of each read, before decompression.
        """
        for number, source in enumerate(self.sources[first:], start=first):
            read = input_format(self.format_name, source.name).reader()
            count = 0
            try:
                with source.open(on_read) as stream:
                    for count, record in enumerate(read(stream, source.name, self.options), start=1):
                        yield Positioned(record, Position(number, count))
            except RecordError as error:
                yield Positioned(error, Position(number, count + 1))
            except AnnotatorError as error:
                reason = error.message.removeprefix(f"{source.name}: ")
                unread = RecordError(source.name, reason, remedy=error.remedy)
                yield Positioned(unread, Position(number, count + 1))

    def documents(self) -> Iterator[Document]:
        """The documents of the sources, in order. Raises RecordError for the first record that cannot be read."""
        return only_documents(positioned.record for positioned in self.records())


def open_input(names: Iterable[str], format_name: str | None = None, options: ReadOptions | None = None) -> Input:
    """The input that consists of these files, folders, globs, URIs and `-` (stdin), in order.

    Raises at once AnnotatorError for a name that does not exist and UsageError for a format that cannot be read.
    """
    names = tuple(names)
    sources = find_sources(names, INPUT_SUFFIXES)
    for source in sources:
        input_format(format_name, source.name)
    return Input(sources, format_name, options or ReadOptions(), names)


def read_documents(
    inputs: str | PathLike[str] | Iterable[str | PathLike[str]],
    format: str | None = None,
    *,
    text_field: str = "text",
    id_field: str = "id",
    split: str = "line",
    max_record: int = MAX_RECORD,
) -> Iterator[Document]:
    """The documents of one or more files, folders, globs, URIs and `-` (stdin), in order.

    `format` is one of `annotator.formats.INPUTS`; None takes the format of each suffix. `text_field` and `id_field` are
    the fields of a record that hold its text and its id; `split` says whether a line, a paragraph or a whole file of
    plain text becomes a document; `max_record` is the size in bytes, decompressed, that a record may have. Raises at
    once what `open_input` raises, and RecordError as the documents are read.
    """
    names = [inputs] if isinstance(inputs, str | PathLike) else inputs
    options = ReadOptions(text_field=text_field, id_field=id_field, split=split, max_record=max_record)
    return open_input([fspath(name) for name in names], format, options).documents()
