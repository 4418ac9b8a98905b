"""Tables, which are only read: a header with the names of the fields, then a record in each row.

The separator is the comma, semicolon or tab: whichever the header has most of. Fields may be quoted with `"`, which is
doubled within them, and may then hold line ends. All fields but text and id go into `Document.meta`, as strings.

A line whose quotes are wrong is refused by itself, and reading continues with the line after it: a quote that is never
closed would otherwise take the rest of the file into one field.

Format: RFC 4180, https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from annotator.document import Origin
from annotator.errors import RecordError, first_line
from annotator.formats.base import FROM_UNKNOWN_ENCODING, KEPT_BYTES, ReadOptions, Record, lines
from annotator.formats.fields import choose_text_field, to_document

SEPARATORS = ",;\t"
# An open quote takes all that follows into its field, up to this limit.
ROW_CHARACTERS = 1 << 23
_UNDECODED = re.compile("[\udc80-\udcff]")


class _OpenQuote(Exception):
    """A row has more lines than it may have: it has a quote that is not closed."""


class _Lines:
    """The lines of a stream as text, row by row; `row` has the lines of the current one, `number` is that of its last.

    Raises _OpenQuote for a row of several lines with more than ROW_CHARACTERS characters.
    """

    def __init__(self, stream: BinaryIO, source: str) -> None:
        self._lines = lines(stream, source)
        self._again: deque[str] = deque()
        self._characters = 0
        self.row: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._again:
            text = self._again.popleft()
        else:
            line = next(self._lines)
            # A byte that is not UTF-8 becomes half of a surrogate pair, which is recognised in its row.
            text = line.raw.decode("utf-8", "surrogateescape") + line.end
        self.number += 1
        self.row.append(text)
        self._characters += len(text)
        if self._characters > ROW_CHARACTERS and len(self.row) > 1:
            raise _OpenQuote
        return text

    def begin_row(self) -> None:
        """Begin the next row."""
        self.row = []
        self._characters = 0

    def keep_first(self) -> None:
        """End the row with its first line; the others will be read again."""
        self._again.extendleft(reversed(self.row[1:]))
        self.number -= len(self.row) - 1
        del self.row[1:]


def read(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[Record]:
    """The rows of the stream as documents; blank lines are skipped.

    A row with too few or too many fields or bytes that are not UTF-8, and a line with wrong quotes, is a RecordError
    with the line in which it begins. Raises RecordError for a header without the text field.
    """
    csv.field_size_limit(ROW_CHARACTERS)
    text = _Lines(stream, source)
    first = next(text, None)
    if first is None:
        return
    separator = max(SEPARATORS, key=first.count)
    header = _header(first, separator, Origin(source, 1))
    options = replace(options, text_field=choose_text_field(header, header, Origin(source, 1), options))
    rows = csv.reader(text, delimiter=separator, strict=True)
    while True:
        text.begin_row()
        origin = Origin(source, text.number + 1)
        try:
            row = next(rows, None)
        except (csv.Error, _OpenQuote) as error:
            endless = len(text.row) > 1 or "unexpected end" in str(error)
            reason = "a quoted field that does not end" if endless else first_line(error)
            text.keep_first()
            yield RecordError(origin, reason, _raw(text), 'quote fields with `"`, and double it within them')
            continue
        if row is None:
            return
        if row:
            yield _record(row, header, origin, options, text)


def _header(line: str, separator: str, origin: Origin) -> list[str]:
    try:
        header = next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error as error:
        reason = f"the header cannot be read ({first_line(error)})"
        raise RecordError(origin, reason, remedy="make it one line of field names") from None
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
