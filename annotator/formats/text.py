"""Plain text, which is only read: each line, each paragraph or the whole file is a document.

Only LF and CRLF end a line. Where lines are documents, a blank line is an empty document, so that ids and line numbers
agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from annotator.document import Document
from annotator.errors import RecordError
from annotator.formats.base import Line, ReadOptions, Record, blocks, lines


def read(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[Record]:
    """The lines, the paragraphs or the whole text of the stream as documents, by `options.split`.

    One with bytes that are not UTF-8 is a RecordError.
    """
    for unit in _UNITS[options.split](lines(stream, source)):
        try:
            text = unit[-1].text
            if len(unit) > 1:
                text = "".join(line.text + line.end for line in unit[:-1]) + text
            yield Document(str(unit[0].origin), text, unit[0].origin)
        except RecordError as error:
            yield error


def _whole(stream_lines: Iterator[Line]) -> Iterator[list[Line]]:
    if all_lines := list(stream_lines):
        yield all_lines


_UNITS: dict[str, Callable[[Iterator[Line]], Iterator[list[Line]]]] = {
    "line": lambda stream_lines: ([line] for line in stream_lines),
    "paragraph": blocks,
    "file": _whole,
}
