"""Plain text, which is only read: each line, each paragraph or the whole file is a document.

Only LF and CRLF end a line. Where lines are documents, a blank line is an empty document, so that ids and line numbers
agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from annotator.document import Document, Origin
from annotator.errors import RecordError
from annotator.formats.base import Line, ReadOptions, Record, larger, lines


def read(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[Record]:
    """The lines, the paragraphs or the whole text of the stream as documents, by `options.split`.

    One with bytes that are not UTF-8 is a RecordError, and so is one that is too large.
    """
    stream_lines = lines(stream, source, options.max_record, options.portion.first)
    for unit in _UNITS[options.split](stream_lines, options.max_record):
        try:
            yield Document(str(unit.origin), unit.text, unit.origin)
        except RecordError as error:
            yield error


@dataclass(slots=True)
class _Joined:
    """Lines with their ends, except that of the last one."""

    first: Line
    raw: bytearray

    @property
    def origin(self) -> Origin:
        return self.first.origin

    @property
    def text(self) -> str:
        if self.first.too_large:
            return self.first.text  # raises
        try:
            return self.raw.decode("utf-8")
        except UnicodeDecodeError as error:
            number = self.origin.line + self.raw.count(b"\n", 0, error.start)
            start = self.raw.rfind(b"\n", 0, error.start) + 1
            line = self.raw[start:].partition(b"\n")[0].removesuffix(b"\r")
            return Line(bytes(line), Origin(self.origin.source, number), "").text  # raises


def _paragraphs(stream_lines: Iterator[Line], max_record: int) -> Iterator[_Joined]:
    return _joined(stream_lines, "a paragraph", max_record, lambda line: line.blank)


def _whole(stream_lines: Iterator[Line], max_record: int) -> Iterator[_Joined]:
    return _joined(stream_lines, "a file", max_record, lambda _: False)


def _joined(
    stream_lines: Iterator[Line], what: str, max_record: int, is_between: Callable[[Line], bool]
) -> Iterator[_Joined]:
    """The lines, joined up to one that stands between two units."""
    unit: _Joined | None = None
    end = ""
    for line in stream_lines:
        if is_between(line):
            if unit:
                yield unit
            unit = None
            continue
        if unit is None:
            unit, end = _Joined(line, bytearray()), ""
        if line.too_large or len(unit.raw) + len(end) + len(line.raw) > max_record:
            unit = _Joined(unit.first.cut(larger(what, max_record)), bytearray())
        elif not unit.first.too_large:
            unit.raw += end.encode() + line.raw
        end = line.end
    if unit:
        yield unit


_UNITS: dict[str, Callable[[Iterator[Line], int], Iterator[Line] | Iterator[_Joined]]] = {
    "line": lambda stream_lines, _: stream_lines,
    "paragraph": _paragraphs,
    "file": _whole,
}
