"""Tables, which are only read: a header with the names of the fields, then a record in each row.

The separator is the comma, semicolon or tab: whichever the header has most of. Fields may be quoted with `"`, which is
doubled within them, and may then hold line ends. All fields but text and id go into `Document.meta`, as strings.

Format: RFC 4180, https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from annotator.document import Origin
from annotator.errors import RecordError, first_line
from annotator.formats.base import FROM_UNKNOWN_ENCODING, KEPT_BYTES, ReadOptions, Record, lines
from annotator.formats.fields import name_fields, to_document

SEPARATORS = ",;\t"
# An open quote takes all that follows into its field, up to this limit.
FIELD_CHARACTERS = 1 << 28
_UNDECODED = re.compile("[\udc80-\udcff]")


@dataclass(slots=True)
class _Lines:
    """The lines of a stream as text; it keeps those of the current row and the number of the last one."""

    stream: BinaryIO
    source: str
    number: int = 0
    row: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        for line in lines(self.stream, self.source):
            # A byte that is not UTF-8 becomes half of a surrogate pair, which is recognised in its row.
            text = line.raw.decode("utf-8", "surrogateescape") + line.end
            self.number = line.origin.line
            self.row.append(text)
            yield text


def read(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[Record]:
    """The rows of the stream as documents; blank lines are skipped.

    A row with too few or too many fields, an open quote or bytes that are not UTF-8 is a RecordError with the line
    in which it begins. Raises RecordError for a header without the text field.
    """
    csv.field_size_limit(FIELD_CHARACTERS)
    text = _Lines(stream, source)
    text_lines = iter(text)
    first = next(text_lines, None)
    if first is None:
        return
    separator = max(SEPARATORS, key=first.count)
    header = _header(first, separator, Origin(source, 1), options)
    rows = csv.reader(text_lines, delimiter=separator, strict=True)
    while True:
        text.row.clear()
        origin = Origin(source, text.number + 1)
        try:
            row = next(rows, None)
        except csv.Error as error:
            remedy = 'quote fields with `"`, and double it within them'
            yield RecordError(origin, first_line(error), _raw(text), remedy)
            continue
        if row is None:
            return
        if row:
            yield _record(row, header, origin, options, text)


def _header(line: str, separator: str, origin: Origin, options: ReadOptions) -> list[str]:
    try:
        header = next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error as error:
        reason = f"the header cannot be read ({first_line(error)})"
        raise RecordError(origin, reason, remedy="make it one line of field names") from None
    if options.text_field not in header:
        reason = f"no field {options.text_field!r} in the header (it has {name_fields(header)})"
        raise RecordError(origin, reason, remedy="name the field with the text by {text_field}")
    if twice := [name for number, name in enumerate(header) if name in header[:number]]:
        raise RecordError(origin, f"the header names {twice[0][:40]!r} twice", remedy="rename one of the two")
    return header


def _record(row: list[str], header: list[str], origin: Origin, options: ReadOptions, text: _Lines) -> Record:
    if len(row) != len(header):
        reason = f"{len(row)} fields, where the header has {len(header)}"
        return RecordError(origin, reason, _raw(text), "correct the row")
    if any(_UNDECODED.search(value) for value in row):
        return RecordError(origin, "not UTF-8", _raw(text), FROM_UNKNOWN_ENCODING)
    try:
        return to_document(dict(zip(header, row, strict=True)), origin, options)
    except RecordError as error:
        error.raw = _raw(text)
        return error


def _raw(text: _Lines) -> str:
    """The current row as a rejected record, with escapes for what is not UTF-8."""
    return "".join(text.row)[:KEPT_BYTES].encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
