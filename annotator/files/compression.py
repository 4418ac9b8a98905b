"""gzip, bz2, xz and zstd: recognised by content in reading, chosen by suffix in writing."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import PurePath
from typing import Any, BinaryIO

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


Open = Callable[[BinaryIO], Any]
# The first bytes of compressed streams, and what opens each for reading.
OPENERS: dict[bytes, Open] = {
    b"\x1f\x8b\x08": gzip.open,
    **{b"BZh%d1AY&SY" % level: bz2.open for level in range(1, 10)},
    b"\xfd7zXZ\x00": lzma.open,
    b"\x28\xb5\x2f\xfd": zstd.open,
}
# What reading a damaged stream raises, in addition to OSError and EOFError.
DAMAGED = (zlib.error, lzma.LZMAError, zstd.ZstdError)
# What compresses part of a file into a member or frame of its own; members that follow one another are decompressed as
# one file. The result depends only on the part, not on the time.
_PARTS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": partial(gzip.compress, mtime=0),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstd.compress,
}
# What compresses a stream while it is written.
_STREAMS: dict[str, Open] = {
    ".gz": lambda stream: gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0),
    ".bz2": partial(bz2.open, mode="wb"),
    ".xz": partial(lzma.open, mode="wb"),
    ".zst": partial(zstd.open, mode="wb"),
}


def part_compressor(path: PurePath) -> Callable[[bytes], bytes]:
    """The compressor that the path's suffix names, for one part of the file at a time; otherwise `bytes`."""
    return _PARTS.get(path.suffix.lower(), bytes)


def stream_compressor(path: PurePath) -> Open | None:
    """The compressor that the path's suffix names, for the file as one stream; None if it names none."""
    return _STREAMS.get(path.suffix.lower())


def plain_name(path: PurePath) -> PurePath:
    """The path without its suffix, if that is one of a compression."""
    return path.with_suffix("") if path.suffix.lower() in _PARTS else path
