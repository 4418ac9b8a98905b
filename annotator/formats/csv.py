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
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from annotator.document import Origin
from annotator.errors import RecordError, first_line
from annotator.formats.base import (
    FROM_UNKNOWN_ENCODING,
    KEPT_BYTES,
    KEPT_OF_TOO_LARGE,
    LARGER,
    ReadOptions,
    Record,
    larger,
    lines,
)
from annotator.formats.fields import choose_text_field, to_document

SEPARATORS = ",;\t"
# An open quote takes all that follows into its field, and a row of short fields takes 20 times its size, so rows have
# this many characters at most, or this share of `max_record` if that is more.
ROW_CHARACTERS = 8_000_000
ROW_SHARE = 8
_UNDECODED = re.compile("[\udc80-\udcff]")


class _OpenQuote(Exception):
    """A row has more lines than it may have: it has a quote that is not closed."""


class _TooLarge(Exception):
    """A row of one line is too large."""


class _Lines:
    """The lines of a stream as text, row by row; `row` has the lines of the current one, `number` is that of its last.

    Raises _TooLarge for a line with more than `most` characters and _OpenQuote for a row of several lines with more.
    """

    def __init__(self, stream: BinaryIO, source: str, max_record: int) -> None:
        self.most = min(max_record, max(ROW_CHARACTERS, max_record // ROW_SHARE))
        self._lines = lines(stream, source, max_record)
        self._too_large: set[int] = set()  # the numbers of lines of which there is only the beginning
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
            if line.too_large:
                self._too_large.add(self.number + 1)
        self.number += 1
        self.row.append(text)
        self._characters += len(text)
        if self._characters > self.most or self.number in self._too_large:
            raise _OpenQuote if len(self.row) > 1 else _TooLarge
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

    A row with too few or too many fields or bytes that are not UTF-8, one that is too large, and a line with wrong
    quotes is a RecordError with the line in which it begins. Raises RecordError for a header without the text field.
    """
    text = _Lines(stream, source, options.max_record)
    csv.field_size_limit(text.most)
    try:
        first = next(text, None)
    except _TooLarge:
        raise _too_large(text, "a header", Origin(source, 1)) from None
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
        except _TooLarge:
            yield _too_large(text, "a row", origin)
            continue
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
    twice = next((name for name, count in Counter(header).items() if count > 1), None)
    if twice is not None:
        raise RecordError(origin, f"the header names {twice[:40]!r} twice", remedy="rename one of the two")
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


def _too_large(text: _Lines, what: str, origin: Origin) -> RecordError:
    return RecordError(origin, larger(what, text.most), _raw(text, KEPT_OF_TOO_LARGE), LARGER)


def _raw(text: _Lines, kept: int = KEPT_BYTES) -> str:
    """The current row as a rejected record, with escapes for what is not UTF-8."""
    return "".join(text.row)[:kept].encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
