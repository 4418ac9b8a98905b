"""Tables: a header with the names of the fields, then a record a row, with its text in one field.

The separator is a comma, a semicolon or a tab: what is most often in the header. Fields may be quoted (`"`, doubled
within) and then hold line ends. Other fields go into `Document.meta`, as strings.
Format: RFC 4180, https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from annotator.document import Origin
from annotator.errors import RecordError
from annotator.formats.base import KEPT_BYTES, ReadOptions, Record, lines
from annotator.formats.fields import names, to_document

SEPARATORS = ",;\t"
# A quote that is not closed takes what follows into its field: no more than this.
FIELD_CHARACTERS = 1 << 28
_UNDECODED = re.compile("[\udc80-\udcff]")


@dataclass(slots=True)
class _Text:
    """The lines of a stream as text, with those of the current row and the number of the last one."""

    stream: BinaryIO
    source: str
    line: int = 0
    row: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        for line in lines(self.stream, self.source):
            # What is not UTF-8 becomes half of a surrogate pair, which `to_document` refuses.
            text = line.raw.decode("utf-8", "surrogateescape") + line.end
            self.line = line.origin.line
            self.row.append(text)
            yield text


def read(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[Record]:
    """The rows of the stream as documents; blank lines are skipped.

    A row with too few or too many fields, an open quote or bytes that are not UTF-8 is a RecordError with the line
    it begins in. A header without the text's field is raised as one.
    """
    csv.field_size_limit(FIELD_CHARACTERS)
    text = _Text(stream, source)
    text_lines = iter(text)
    first = next(text_lines, None)
    if first is None:
        return
    separator = max(SEPARATORS, key=first.count)
    header = _header(first, separator, Origin(source, 1), options)
    rows = csv.reader(text_lines, delimiter=separator, strict=True)
    while True:
        text.row.clear()
        start = text.line + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield _refused(Origin(source, start), f'{error}; quote fields with `"`, and double those within', text)
            continue
        if row is None:
            return
        if row:
            yield _record(row, header, Origin(source, start), options, text)


def _header(line: str, separator: str, origin: Origin, options: ReadOptions) -> list[str]:
    try:
        header = next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error as error:
        raise RecordError(origin, f"the header cannot be read: {error}; it must be one line of names") from None
    if options.text_field not in header:
        raise RecordError(
            origin,
            f"no field {options.text_field!r} in the header: name the one with the text by --text-field "
            f"(there are: {names(header)})",
        )
    if twice := [name for number, name in enumerate(header) if name in header[:number]]:
        raise RecordError(origin, f"the header names {twice[0][:40]!r} twice; rename one")
    return header


def _record(row: list[str], header: list[str], origin: Origin, options: ReadOptions, text: _Text) -> Record:
    if len(row) != len(header):
        return _refused(origin, f"{len(row)} fields, where the header has {len(header)}; mend the row", text)
    if any(_UNDECODED.search(one) for one in row):
        return _refused(origin, "not UTF-8; convert the file with `iconv -t utf-8 -f ITS_ENCODING`", text)
    try:
        return to_document(dict(zip(header, row, strict=True)), origin, options)
    except RecordError as error:
        return _refused(origin, error.reason, text)


def _refused(origin: Origin, reason: str, text: _Text) -> RecordError:
    raw = "".join(text.row)[:KEPT_BYTES].encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return RecordError(origin, reason, raw)
