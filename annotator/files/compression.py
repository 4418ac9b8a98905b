"""gzip, bz2, xz and zstd: recognised by content where they are read, chosen by suffix where they are written."""

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
# What compressed streams begin with, and what opens each.
OPENERS: dict[bytes, Open] = {
    b"\x1f\x8b\x08": gzip.open,
    **{b"BZh%d1AY&SY" % level: bz2.open for level in range(1, 10)},
    b"\xfd7zXZ\x00": lzma.open,
    b"\x28\xb5\x2f\xfd": zstd.open,
}
# What reading a damaged stream raises, besides OSError and EOFError.
DAMAGED = (zlib.error, lzma.LZMAError, zstd.ZstdError)
# What compresses a part to a member or frame of its own: decompressed one after the other they are the whole. The
# same part gives the same bytes, whenever it is compressed.
_PARTS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": partial(gzip.compress, mtime=0),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstd.compress,
}
# What compresses a stream as it is written.
_STREAMS: dict[str, Open] = {
    ".gz": lambda stream: gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0),
    ".bz2": partial(bz2.open, mode="wb"),
    ".xz": partial(lzma.open, mode="wb"),
    ".zst": partial(zstd.open, mode="wb"),
}


def of_parts(path: PurePath) -> Callable[[bytes], bytes]:
    """What compresses parts of a file as its suffix says, each by itself, or leaves them as they are."""
    return _PARTS.get(path.suffix.lower(), bytes)


def of_stream(path: PurePath) -> Open | None:
    """What compresses all of a file as its suffix says; None where it says nothing of it."""
    return _STREAMS.get(path.suffix.lower())


def plain_name(path: PurePath) -> PurePath:
    """The path without the suffix of a compression."""
    return path.with_suffix("") if path.suffix.lower() in _PARTS else path
