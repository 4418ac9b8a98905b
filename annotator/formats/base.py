"""What all formats share: the contracts of `read` and `write`, their options, and the lines of a stream.

A format is one module with one or both of these functions:

`read(stream, source, options)` takes a binary stream and yields, in its order, a Document for each record, or a
RecordError in place of a record that cannot be read but can be skipped. It raises RecordError where nothing after the
damage can be read. `source` names the stream in every origin. The stream is read as documents are taken; only DocBin
is read whole. A record of more than `ReadOptions.max_record` bytes is a RecordError.

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
from functools import partial
from itertools import takewhile
from typing import BinaryIO, NamedTuple

from annotator.document import Document, Origin
from annotator.errors import RecordError
from annotator.files.kinds import kind_of

TEXT_FIELD = "text"
SPLITS = ("line", "paragraph", "file")
ON_ERROR = ("fail", "skip")  # what to do at a record that cannot be read
KEPT_BYTES = 1_000_000  # how much of a rejected record is kept
KEPT_OF_TOO_LARGE = 1_000  # and of one that is rejected for its size
MAX_RECORD = 64_000_000  # bytes, see ReadOptions
UNBOUNDED = 1 << 56
# Where lines are gathered for a record, each takes about 500 bytes in memory, however short. So it counts for this many
# more than it has, but not where few lines are allowed anyway.
_LINE_COST = 64
_FEW_LINES = 100_000
LARGER = "raise {max_record} if this is one record"
_SKIPPED_AT_A_TIME = 1 << 20
_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))
FOR_BINARY = "name a file with text: this seems to be none"
FROM_UNKNOWN_ENCODING = "convert the file with `iconv -t utf-8 -f ITS_ENCODING`"
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Portion:
    """Which part of a source is read: it begins with line or row number `first`.

    A portion of lines is a stream of its own. Of Parquet, a portion is the row groups `groups`, [first, end).
    """

    first: int = 1
    groups: tuple[int, int] | None = None


WHOLE = Portion()


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How an input is read.

    `text_field` and `id_field` name the fields of a record that hold its text and its id; a table without TEXT_FIELD
    may have its text in the only other column of strings. `split` is one of SPLITS:
    the unit of plain text that becomes a document. `strict` decides on an `I-` tag that continues no entity: it is no
    entity, while conlleval lets it begin one. `on_tags` is called for each tagged sentence with its tags as they stand
    in the input and the origin of each. `max_record` is the size in bytes, decompressed, that a record may have: a
    line, or the lines, the row or the Doc that become one document. `portion` is what is read of a source in a format
    that can be read in portions (`Format.portions`).
    """

    text_field: str = TEXT_FIELD
    id_field: str = "id"
    split: str = "line"
    strict: bool = False
    on_tags: Callable[[Sequence[str], Sequence[Origin]], None] | None = None
    max_record: int = MAX_RECORD
    portion: Portion = WHOLE


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
    """One line of a stream as bytes, without its end: LF, CRLF or, for the last line, nothing.

    `too_large` says of what is too large to be read why it is; `raw` has then only its beginning.
    """

    raw: bytes
    origin: Origin
    end: str
    too_large: str = ""

    @property
    def text(self) -> str:
        """The line's text. Raises RecordError for bytes that are not UTF-8, and for what is too large."""
        if self.too_large:
            raise RecordError(self.origin, self.too_large, self.escaped, LARGER)
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

    @property
    def blank(self) -> bool:
        """Whether the line holds nothing but white space."""
        return not self.raw.strip() and not self.too_large

    def cut(self, reason: str) -> Line:
        """The line's beginning, in place of something that begins with it and is too large for this reason."""
        return self._replace(raw=self.raw[:KEPT_OF_TOO_LARGE], too_large=self.too_large or reason)


def line_cost(max_record: int) -> int:
    """How many bytes each line of a record counts for, in addition to those that it has."""
    return min(_LINE_COST, max_record // _FEW_LINES)


def larger(what: str, max_record: int, cost: int = 0) -> str:
    """The reason to reject something of more than this many bytes, if each line costs this many more."""
    return f"{what} of more than {in_units(max_record)}" + (f", with {cost} bytes more for each line" if cost else "")


def in_units(size: int) -> str:
    """A number of bytes as text: in GB, MB or kB where it is a whole number of them."""
    return next((f"{size // unit:,} {name}" for unit, name in _UNITS if size % unit == 0 < size), f"{size:,} bytes")


def lines(stream: BinaryIO, source: str, max_record: int = MAX_RECORD, first: int = 1) -> Iterator[Line]:
    """The lines of a UTF-8 stream; a byte-order mark before the first one is not part of its text.

    `first` is the number of the line that the stream begins with. A line of more than `max_record` bytes is
    `too_large`. Raises RecordError for UTF-16, and for archives and other files that are no text.
    """
    # Two bytes more for the end of the line, and three for a byte-order mark: what has them all is longer.
    for number, line in enumerate(iter(partial(stream.readline, max_record + 5), b""), start=first):
        origin = Origin(source, number)
        if number == 1:
            if line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise RecordError(origin, "this is UTF-16", remedy="convert it with `iconv -f utf-16 -t utf-8`")
            if kind := kind_of(line):
                raise RecordError(origin, f"no text, but {kind.what}", remedy=kind.remedy)
            line = line.removeprefix(codecs.BOM_UTF8)  # noqa: PLW2901
        raw = line.removesuffix(b"\n").removesuffix(b"\r")
        if len(raw) > max_record:
            rest = line
            while rest and not rest.endswith(b"\n"):
                rest = stream.readline(_SKIPPED_AT_A_TIME)
            yield Line(raw, origin, "\n" if rest else "").cut(larger("a line", max_record))
        else:
            yield Line(raw, origin, line[len(raw) :].decode("ascii"))


def blocks(stream_lines: Iterable[Line], what: str, max_record: int) -> Iterator[list[Line]]:
    """The lines between blank ones, block by block.

    `what` is what a block is, such as a sentence. Of one that is larger than `max_record` there is its first line,
    `too_large`, and the comments after that.
    """
    block: list[Line] = []
    size = 0
    cost = line_cost(max_record)
    for line in stream_lines:
        if line.blank:
            if block:
                yield block
            block, size = [], 0
        elif size <= max_record:
            size += len(line.raw) + cost
            block.append(line)
            if size > max_record:
                comments = takewhile(lambda line: line.raw.startswith(b"#"), block[1:])
                block = [block[0].cut(larger(what, max_record, cost)), *comments]
    if block:
        yield block


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
