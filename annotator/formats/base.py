"""What all formats share: the contracts of `read` and `write`, their options, and the lines of a stream.

A format is one module with one or both of these functions:

`read(stream, source, options)` takes a binary stream and yields, in its order, a Document for each record, or a
RecordError in place of a record that cannot be read but can be skipped. It raises RecordError where nothing after the
damage can be read. `source` names the stream in every origin. The stream is read as documents are taken; only DocBin
is read whole.

`write(documents, options)` yields the bytes of a file as documents come. It accepts every valid document: what the
format cannot hold is replaced or left out, which `Format.holds` tells. The word-based formats write only words in
sentences, so a document must be segmented first. Where `Format.appends` is true, the bytes of some documents followed
by the bytes of others are the bytes of all of them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import BinaryIO, NamedTuple

from annotator.document import Document, Origin
from annotator.errors import RecordError
from annotator.files.kinds import kind_of

TEXT_FIELD = "text"
SPLITS = ("line", "paragraph", "file")
ON_ERROR = ("fail", "skip")  # what to do at a record that cannot be read
KEPT_BYTES = 1_000_000  # how much of a rejected record is kept
FOR_BINARY = "name a file with text: this seems to be none"
FROM_UNKNOWN_ENCODING = "convert the file with `iconv -t utf-8 -f ITS_ENCODING`"
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How an input is read.

    `text_field` and `id_field` name the fields of a record that hold its text and its id; a table without TEXT_FIELD
    may have its text in the only other column of strings. `split` is one of SPLITS:
    the unit of plain text that becomes a document. `strict` decides on an `I-` tag that continues no entity: it is no
    entity, while conlleval lets it begin one. `on_tags` is called for each tagged sentence with its tags as they stand
    in the input and the origin of each.
    """

    text_field: str = TEXT_FIELD
    id_field: str = "id"
    split: str = "line"
    strict: bool = False
    on_tags: Callable[[Sequence[str], Sequence[Origin]], None] | None = None


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How an output is written.

    `docstart` marks in CoNLL where each document begins. `style` names the tool whose records JSON Lines hold; None
    stands for our own.
    """

    docstart: bool = False
    style: str | None = None


DEFAULTS = WriteOptions()
Record = Document | RecordError
Read = Callable[[BinaryIO, str, ReadOptions], Iterator[Record]]
Write = Callable[[Iterable[Document], WriteOptions], Iterator[bytes]]


class Line(NamedTuple):  # made for each line of a corpus: three times as fast as a frozen dataclass
    """One line of a stream as bytes, without its end: LF, CRLF or, for the last line, nothing."""

    raw: bytes
    origin: Origin
    end: str

    @property
    def text(self) -> str:
        """The line's text. Raises RecordError for bytes that are not UTF-8."""
        try:
            return self.raw.decode("utf-8")
        except UnicodeDecodeError as error:
            reason = f"not UTF-8: byte 0x{self.raw[error.start]:02x} at byte {error.start + 1} of the line"
            is_binary = b"\x00" in self.raw  # which text in any encoding but UTF-16 and UTF-32 lacks
            remedy = FOR_BINARY if is_binary else FROM_UNKNOWN_ENCODING
            raise RecordError(self.origin, reason, self.escaped, remedy) from None

    @property
    def escaped(self) -> str:
        """The line as a rejected record: at most KEPT_BYTES, with escapes for what is not UTF-8."""
        return self.raw[:KEPT_BYTES].decode("utf-8", "backslashreplace")


def lines(stream: BinaryIO, source: str) -> Iterator[Line]:
    """The lines of a UTF-8 stream; a byte-order mark before the first one is not part of its text.

    Raises RecordError for UTF-16, and for archives and other files that are no text.
    """
    for number, line in enumerate(stream, start=1):
        origin = Origin(source, number)
        if number == 1:
            if line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise RecordError(origin, "this is UTF-16", remedy="convert it with `iconv -f utf-16 -t utf-8`")
            if kind := kind_of(line):
                raise RecordError(origin, f"no text, but {kind.what}", remedy=kind.remedy)
            line = line.removeprefix(codecs.BOM_UTF8)  # noqa: PLW2901
        raw = line.removesuffix(b"\n").removesuffix(b"\r")
        yield Line(raw, origin, line[len(raw) :].decode("ascii"))


def blocks(stream_lines: Iterable[Line]) -> Iterator[list[Line]]:
    """The lines between blank ones, block by block."""
    for blank, block in groupby(stream_lines, key=lambda line: not line.raw.strip()):
        if not blank:
            yield list(block)


def only_documents(records: Iterable[Record]) -> Iterator[Document]:
    """The documents of records. Raises the first RecordError among them."""
    for record in records:
        if isinstance(record, RecordError):
            raise record
        yield record


def check_text(text: str, origin: Origin, raw: str | None = None) -> str:
    """The text itself. Raises RecordError for half of a surrogate pair, which UTF-8 cannot encode."""
    if surrogate := _SURROGATE.search(text):
        reason = f"half of a surrogate pair (\\u{ord(surrogate[0]):x}) at character {surrogate.start()}"
        raise RecordError(origin, reason, raw, "remove it or add its other half")
    return text
