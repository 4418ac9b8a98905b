"""Where output goes: a file that appears under its name only when it is whole, or stdout."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from .errors import AnnotatorError

PARTIAL = ".partial"


@contextmanager
def open_sink(path: Path | None, force: bool = False) -> Iterator[BinaryIO]:
    """A stream to write to; None is stdout.

    A file is written as `NAME.partial` and renamed when all is written and on the disk. After a failure
    the partial file stays (if it holds anything), so that nothing is lost. Raises AnnotatorError for a
    file that exists (unless `force`) or cannot be written.
    """
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if path.is_dir():
        raise AnnotatorError(f"{path}: is a folder: name a file by --output")
    if path.exists() and not force:
        raise AnnotatorError(f"{path}: exists already: use --force to replace it, or name another --output")
    partial = path.with_name(path.name + PARTIAL)
    try:
        stream = partial.open("wb")
    except OSError as error:
        raise AnnotatorError(f"{path}: cannot be written: {error.strerror}") from error
    try:
        with stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    except BaseException as error:
        if not partial.stat().st_size:
            partial.unlink()
        else:
            error.add_note(f"what was written so far is in {partial}")
        if isinstance(error, OSError):
            raise AnnotatorError(f"{path}: cannot be written: {error.strerror}") from error
        raise
