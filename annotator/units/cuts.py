"""Where a large source is cut into units: at the ends of lines, or between the row groups of Parquet."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import BinaryIO, NamedTuple

from annotator.errors import AnnotatorError
from annotator.files.kinds import kind_of
from annotator.formats import input_format
from annotator.formats.base import SPLITS
from annotator.formats.parquet import row_groups
from annotator.input.records import Input
from annotator.input.sources import Source, is_compressed

BLOCK_BYTES = 1 << 22
_BEGINNING_BYTES = 1 << 12


class Cut(NamedTuple):
    """A portion of a source: what is read of it, [start, end), the number of its first line or row, and its bytes.

    Of lines, `start` and `end` are bytes; of Parquet, row groups.
    """

    start: int
    end: int
    first: int
    size: int


def cuts_of(given: Input, source: Source, unit_size: int) -> tuple[Cut, ...]:
    """The portions of a source, two or more, of `unit_size` bytes or a little more each; empty if it is not divided.

    Only sources of more than that size are read: text and JSON Lines, to count their lines, and the ends of Parquet
    files. Not divided is what is compressed, has another format, or cannot be read, which its own run will report.
    """
    if source.size is None or source.size <= unit_size:
        return ()
    format = input_format(given.format_name, source.name)
    if not format.portions or (format.name == "text" and given.options.split != SPLITS[0]):
        return ()
    cuts = _groups(source, unit_size) if format.name == "parquet" else _lines(source, unit_size)
    return cuts if len(cuts) > 1 else ()


def _lines(source: Source, unit_size: int) -> tuple[Cut, ...]:
    with suppress(AnnotatorError), source.stored() as stream:
        beginning = stream.read(_BEGINNING_BYTES)
        if not _is_divisible(beginning):
            return ()
        blocks = _blocks(stream, beginning)
        return tuple(line_cuts(blocks, unit_size))
    return ()


def line_cuts(blocks: Iterable[bytes], unit_size: int) -> Iterator[Cut]:
    """The portions of a stream of lines, given as blocks of any sizes: each ends with the line that makes it full."""
    start = at = 0
    first = line = 1
    for block in blocks:
        done = 0
        while (full := max(done, start + unit_size - 1 - at)) < len(block):
            end = block.find(b"\n", full) + 1
            if not end:
                break
            line += block.count(b"\n", done, end)
            yield Cut(start, at + end, first, at + end - start)
            start, first, done = at + end, line, end
        line += block.count(b"\n", done)
        at += len(block)
    if at > start:
        yield Cut(start, at, first, at - start)


def _blocks(stream: BinaryIO, beginning: bytes) -> Iterator[bytes]:
    yield beginning
    yield from iter(partial(stream.read, BLOCK_BYTES), b"")


def _is_divisible(beginning: bytes) -> bool:
    """Whether a stream with these first bytes is lines of UTF-8, as far as they tell."""
    is_utf16 = beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return not (is_compressed(beginning) or is_utf16 or kind_of(beginning))


def _groups(source: Source, unit_size: int) -> tuple[Cut, ...]:
    try:
        with source.open() as stream:
            groups = row_groups(stream) if stream.seekable() else []
    except Exception:  # a damaged file fails anywhere in Arrow
        return ()
    cuts: list[Cut] = []
    start = size = 0
    first = row = 1
    for number, (rows, group_size) in enumerate(groups, start=1):
        size += group_size
        row += rows
        if size >= unit_size or number == len(groups):
            cuts.append(Cut(start, number, first, size))
            start, first, size = number, row, 0
    return tuple(cuts)
