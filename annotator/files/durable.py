"""Files that survive a kill and a power cut, and that are never written through a link.

Everything that changes the disk in a run goes through this module, through `FileIO` and through functions of `os`, so
that a test can interrupt each single change.
"""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import blake2b
from io import FileIO
from pathlib import Path

BLOCK_BYTES = 1 << 20


def create(path: Path) -> FileIO:
    """A new, empty file to write to, in place of one that has this name.

    What a link of this name leads to is left as it is.
    """
    path.unlink(missing_ok=True)
    return FileIO(path, "xb")  # fails where there is a link


def reopen(path: Path) -> FileIO:
    """A file to read and write from its beginning. Raises OSError for a symbolic link."""
    return FileIO(path, "r+b", opener=lambda name, flags: os.open(name, flags | getattr(os, "O_NOFOLLOW", 0)))


def rename(path: Path, name: Path) -> None:
    """Give a file another name in the same folder, durably; a file that has this name is replaced."""
    path.replace(name)
    sync_folder(name.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can do that."""
    with suppress(OSError):  # Windows and some network file systems cannot
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def new_digest() -> blake2b:
    """The digest of no bytes, to be updated with the bytes of a file."""
    return blake2b(digest_size=16)


def read_into(digest: blake2b, stream: FileIO, length: int | None = None) -> int:
    """Update a digest with the next `length` bytes of a stream (None: with the rest); returns how many there were."""
    count = 0
    while length is None or count < length:
        block = stream.read(BLOCK_BYTES if length is None else min(BLOCK_BYTES, length - count))
        if not block:
            break
        digest.update(block)
        count += len(block)
    return count
