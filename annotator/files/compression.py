"""gzip, bz2, xz and zstd: recognised by content in reading, chosen by suffix in writing."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
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
# An .xz file says how much memory its decompression takes: 65 MB as `xz -9` makes it, but 4 GB are possible.
XZ_MEMORY = 200_000_000
_XZ_CHUNK = 1 << 16


class _XzReader(io.RawIOBase):
    """An .xz stream, decompressed with at most XZ_MEMORY bytes of memory, to which `lzma.open` has no limit.

    Streams that follow one another are read as one; anything else after a stream is ignored, as in `lzma.open`.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decompressor = self._new()
        self._over = False

    @staticmethod
    def _new() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Up to as many bytes as the buffer has; 0 at the end. Raises LZMAError, EOFError, and OSError for too much."""
        while not self._over:
            ended, stored = self._decompressor.eof, b""
            if ended:
                stored = self._decompressor.unused_data.lstrip(b"\x00") or self._stored().lstrip(b"\x00")
                if not stored:
                    self._over = True
                    break
                self._decompressor = self._new()
            elif self._decompressor.needs_input:
                stored = self._stored()
                if not stored:
                    raise EOFError
            part = b""
            try:
                part = self._decompressor.decompress(stored, len(buffer))
            except lzma.LZMAError as error:
                if "limit" in str(error):
                    raise OSError(f"it takes more than {XZ_MEMORY / 1e6:.0f} MB to decompress") from None
                if not ended:
                    raise
                self._over = True
            if part:
                buffer[: len(part)] = part
                return len(part)
        return 0

    def _stored(self) -> bytes:
        return self._stream.read(_XZ_CHUNK)


# The first bytes of compressed streams, and what opens each for reading.
OPENERS: dict[bytes, Open] = {
    b"\x1f\x8b\x08": gzip.open,
    **{b"BZh%d1AY&SY" % level: bz2.open for level in range(1, 10)},
    b"\xfd7zXZ\x00": _XzReader,
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


def plain_suffix(path: str) -> str:
    """The last suffix of a path, in lower case, but for that of a compression: many times faster than `plain_name`."""
    stem, suffix = os.path.splitext(os.path.basename(path))  # noqa: PTH119, PTH122  a Path takes longer to make
    if suffix.lower() in _PARTS:
        suffix = os.path.splitext(stem)[1]  # noqa: PTH122
    return suffix.lower()


def plain_name(path: PurePath) -> PurePath:
    """The path without its suffix, if that is one of a compression."""
    return path.with_suffix("") if path.suffix.lower() in _PARTS else path
