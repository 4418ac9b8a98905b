"""Readers: bytes -> Documents, one file a format."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from ..errors import RecordError
from ..types import Origin


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a record that hold its text and its id."""

    text: str = "text"
    id: str = "id"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text stream, without its end (LF or CRLF)."""

    text: str
    origin: Origin


def lines(stream: BinaryIO, source: str) -> Iterator[Line]:
    """The lines of a UTF-8 stream; a byte-order mark before the first one is not part of the text.

    Raises RecordError, with the line, for bytes that are not UTF-8.
    """
    for number, line in enumerate(stream, start=1):
        origin = Origin(source, number)
        if number == 1 and line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise RecordError(origin, "this is UTF-16: convert it with `iconv -f utf-16 -t utf-8`")
        raw = (line.removeprefix(codecs.BOM_UTF8) if number == 1 else line).removesuffix(b"\n").removesuffix(b"\r")
        try:
            yield Line(raw.decode("utf-8"), origin)
        except UnicodeDecodeError as error:
            raise RecordError(
                origin,
                f"not UTF-8: byte 0x{raw[error.start]:02x} at byte {error.start + 1} of the line; "
                "convert the file with `iconv -t utf-8 -f ITS_ENCODING`",
            ) from None
