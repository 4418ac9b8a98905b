"""A lock that keeps two runs from writing to one output."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from annotator.errors import AnnotatorError
from annotator.files.sinks import reporting_os_errors


class LockedError(AnnotatorError):
    """Another run is writing the output."""


@contextmanager
def waiting_lock(lock_path: Path) -> Iterator[None]:
    """Hold a lock, once whoever holds it has released it. The file of the lock stays."""
    from filelock import FileLock

    with reporting_os_errors(lock_path):
        lock = FileLock(lock_path)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def locked(path: Path, lock_path: Path) -> Iterator[None]:
    """Hold the lock of the output `path`, creating its folder if the lock is inside.

    A killed run holds no lock. Raises LockedError if another run holds it, and AnnotatorError if the folder of an
    output file does not exist, or if the lock cannot be made.
    """
    from filelock import FileLock, Timeout

    with reporting_os_errors(path):
        if lock_path.parent == path:
            path.mkdir(parents=True, exist_ok=True)
        elif not path.parent.is_dir():  # FileLock would create the folder
            raise AnnotatorError(f"{path}: cannot be written: there is no folder {path.parent}")
    try:  # FileLock would take a lock that cannot be made for one that another run holds
        os.close(os.open(lock_path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644))
    except OSError as error:
        raise AnnotatorError(
            f"{path}: cannot be written: its lock {lock_path} cannot be made: {error.strerror}", "name another {output}"
        ) from error
    with reporting_os_errors(path):
        lock = FileLock(lock_path, timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise LockedError(f"{path}: another run is writing it", "wait, or name another {output}") from error
    try:
        yield
    finally:
        with suppress(OSError):
            lock_path.unlink()
        lock.release()
