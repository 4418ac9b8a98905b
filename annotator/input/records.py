"""Sources -> records, each with the place it has in the input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from annotator.document import Document
from annotator.errors import AnnotatorError, RecordError
from annotator.formats import INPUT_SUFFIXES, input_format
from annotator.formats.base import ReadOptions, Record, strict
from annotator.input.sources import Source, find_sources


@dataclass(frozen=True, slots=True)
class Position:
    """How far an input is read: `records` of the source number `source` (from 0), and all before that."""

    source: int = 0
    records: int = 0


class Positioned(NamedTuple):  # made for each record, faster than a frozen dataclass
    """A record of the input, with the place where it ends."""

    record: Record
    position: Position


@dataclass(frozen=True, slots=True)
class Input:
    """What is to be read: sources, all in one format (None: each by its suffix), and how.

    Made by `open_input`, which checks what can be known before reading.
    """

    sources: Sequence[Source]
    format_name: str | None
    options: ReadOptions

    @property
    def size(self) -> int | None:
        """The bytes of all sources as they are on disk; None where one is not known."""
        sizes = [source.size for source in self.sources]
        return None if None in sizes else sum(size or 0 for size in sizes)

    def records(self, first: int = 0, on_read: Callable[[int], None] = lambda _: None) -> Iterator[Positioned]:
        """The records of the sources from number `first` on, in order.

        A RecordError stands for what cannot be read: one record, or the rest of a source. `on_read` is told of
        bytes read, as they are on disk.
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
                unread = RecordError(source.name, str(error).removeprefix(f"{source.name}: "))
                yield Positioned(unread, Position(number, count + 1))

    def documents(self) -> Iterator[Document]:
        """The documents of the sources, in order. Raises RecordError for the first record that is none."""
        return strict(positioned.record for positioned in self.records())


def open_input(names: Iterable[str], format_name: str | None = None, options: ReadOptions | None = None) -> Input:
    """The input of files, folders, globs, URIs and `-` (stdin), one after the other.

    What can be known before reading is checked at once: raises AnnotatorError for a name that does not
    exist, UsageError for a format that is not read.
    """
    sources = find_sources(names, INPUT_SUFFIXES)
    for source in sources:
        input_format(format_name, source.name)
    return Input(sources, format_name, options or ReadOptions())


def read_documents(
    names: Iterable[str], format_name: str | None = None, options: ReadOptions | None = None
) -> Iterator[Document]:
    """The documents of files, folders, globs, URIs and `-` (stdin), one after the other.

    Raises at once what `open_input` raises, and RecordErrors as the documents are taken.
    """
    return open_input(names, format_name, options).documents()
