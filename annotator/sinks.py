"""Where output goes: a file that appears under its name only when it is whole, or stdout."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO

from .errors import AnnotatorError

PARTIAL = ".partial"


def open_sink(path: Path | None, force: bool = False) -> AbstractContextManager[BinaryIO]:
    """A stream to write to; None is stdout.

    A file is written as `NAME.partial` and renamed when all is written and on the disk. After a failure
    the partial file stays (if it holds anything), so that nothing is lost. Raises AnnotatorError for a
    file that exists (unless `force`) or cannot be written.
    """
    if path is None:
        return _stdout()
    with _failures_told(path):
        is_folder, exists, is_file = path.is_dir(), path.exists(), path.is_file()
    if is_folder:
        raise AnnotatorError(f"{path}: is a folder: name a file by --output")
    if exists and not is_file:
        return _device(path)
    if exists and not force:
        raise AnnotatorError(f"{path}: exists already: use --force to replace it, or name another --output")
    return _whole_file(path)


@contextmanager
def _stdout() -> Iterator[BinaryIO]:
    try:
        with _failures_told("stdout"):
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
    except (BrokenPipeError, AnnotatorError):
        # What is left in the buffer cannot go anywhere: Python would fail once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


@contextmanager
def _device(path: Path) -> Iterator[BinaryIO]:
    """A device or a named pipe: there is nothing to keep whole."""
    with _failures_told(path), path.open("wb") as stream:
        yield stream


@contextmanager
def _whole_file(path: Path) -> Iterator[BinaryIO]:
    partial = path.with_name(path.name + PARTIAL)
    try:
        with _failures_told(path):
            with partial.open("wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            partial.replace(path)
    except BaseException as error:
        if partial.is_file() and partial.stat().st_size:
            error.add_note(f"what was written so far is in {partial}")
        else:
            partial.unlink(missing_ok=True)
        raise


@contextmanager
def _failures_told(name: object) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise AnnotatorError(f"{name}: cannot be written: {error.strerror}") from error
