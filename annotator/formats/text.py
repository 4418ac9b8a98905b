"""Plain text: a document a line, a paragraph or a file.

A blank line is an empty document where lines are documents, so that line numbers stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import BinaryIO

from annotator.document import Document
from annotator.errors import RecordError
from annotator.formats.base import Line, ReadOptions, Record, lines


def read(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[Record]:
    """The lines, paragraphs (by `options.split`) or the whole text of the stream as documents.

    What is not UTF-8 is a RecordError.
    """
    for block in _BLOCKS[options.split](lines(stream, source)):
        try:
            text = block[-1].text
            if len(block) > 1:
                text = "".join(line.text + line.end for line in block[:-1]) + text
            yield Document(str(block[0].origin), text, block[0].origin)
        except RecordError as error:
            yield error


def _paragraphs(stream_lines: Iterator[Line]) -> Iterator[list[Line]]:
    """Runs of lines without a blank one."""
    for blank, block in groupby(stream_lines, key=lambda line: not line.raw.strip()):
        if not blank:
            yield list(block)


def _whole(stream_lines: Iterator[Line]) -> Iterator[list[Line]]:
    if block := list(stream_lines):
        yield block


_BLOCKS: dict[str, Callable[[Iterator[Line]], Iterator[list[Line]]]] = {
    "line": lambda stream_lines: ([line] for line in stream_lines),
    "paragraph": _paragraphs,
    "file": _whole,
}
