"""Readers: bytes -> Documents, one file a format.

`read(stream, source, options)` yields a Document for each record, or a RecordError for one that cannot be
read but can be passed over. What makes the rest of the stream unreadable is raised.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from annotator.document import Document, Origin
from annotator.errors import RecordError

Record = Document | RecordError
SPLITS = ("line", "paragraph", "file")
# What to do at a record that cannot be read.
ON_ERROR = ("fail", "skip")
_SURROGATE = re.compile("[\ud800-\udfff]")
# A rejected record is kept as it is up to so many bytes.
KEPT_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a user can say of an input.

    `text_field` and `id_field`: the fields of a record that hold its text and its id. `split`: whether a
    line, a paragraph or the whole file of plain text is a document. `strict`: what is invalid IOB2 in tags (an
    `I-` that continues nothing) is no entity, where conlleval takes it for the beginning of one. `on_tags` is told
    of each sentence's tags, as they are, and of the places where they stand.
    """

    text_field: str = "text"
    id_field: str = "id"
    split: str = "line"
    strict: bool = False
    on_tags: Callable[[Sequence[str], Sequence[Origin]], None] | None = None


class Line(NamedTuple):  # made for each line of a corpus: three times as fast as a frozen dataclass
    """One line of a stream as bytes, without its end, which is LF, CRLF or (the last one's) nothing."""

    raw: bytes
    origin: Origin
    end: str

    @property
    def text(self) -> str:
        """The line's text. Raises RecordError for bytes that are not UTF-8."""
        try:
            return self.raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise RecordError(
                self.origin,
                f"not UTF-8: byte 0x{self.raw[error.start]:02x} at byte {error.start + 1} of the line; "
                "convert the file with `iconv -t utf-8 -f ITS_ENCODING`",
                self.shown,
            ) from None

    @property
    def shown(self) -> str:
        """The line for a file of rejects: what is not UTF-8 is written as an escape."""
        return self.raw[:KEPT_BYTES].decode("utf-8", "backslashreplace")


def strict(records: Iterable[Record]) -> Iterator[Document]:
    """The documents of records. Raises the RecordError that stands for the first one that is none."""
    for record in records:
        if isinstance(record, RecordError):
            raise record
        yield record


def lines(stream: BinaryIO, source: str) -> Iterator[Line]:
    """The lines of a UTF-8 stream; a byte-order mark before the first one is not part of the text.

    Raises RecordError for UTF-16.
    """
    for number, line in enumerate(stream, start=1):
        origin = Origin(source, number)
        if number == 1:
            if line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise RecordError(origin, "this is UTF-16: convert it with `iconv -f utf-16 -t utf-8`")
            line = line.removeprefix(codecs.BOM_UTF8)  # noqa: PLW2901
        raw = line.removesuffix(b"\n").removesuffix(b"\r")
        yield Line(raw, origin, line[len(raw) :].decode("ascii"))


def check_text(text: str, origin: Origin, raw: str | None = None) -> str:
    """The text itself. Raises RecordError for half a surrogate pair, which has no UTF-8."""
    if surrogate := _SURROGATE.search(text):
        raise RecordError(
            origin, f"half of a surrogate pair (\\u{ord(surrogate[0]):x}) at character {surrogate.start()}", raw
        )
    return text


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """What a user can say of an output.

    `docstart`: mark in CoNLL where documents begin. `style`: whose records JSON Lines are, by name (None: our own).
    """

    docstart: bool = False
    style: str | None = None


DEFAULTS = WriteOptions()
