"""stdin, stdout and stderr of a process that may have been started without them, or with a stderr that fails."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


def secure_standard_streams() -> None:
    """Keep files from taking the place of a closed standard stream, and let nothing fail because stderr does.

    A file that is opened gets the lowest free number; as number 2 it would get the messages of libraries. What is said
    on stderr must not end a run: where it cannot be written, it is lost. Only a process's own stderr is replaced.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    if sys.stderr is None or sys.stderr is sys.__stderr__:
        encoding, errors = (sys.stderr.encoding, sys.stderr.errors) if sys.stderr else ("utf-8", "backslashreplace")
        raw = _Unfailing(2, "w", closefd=False)
        sys.stderr = io.TextIOWrapper(io.BufferedWriter(raw), encoding, errors, line_buffering=True)


@contextmanager
def stderr_discarded() -> Iterator[None]:
    """Lose what libraries write to stderr meanwhile, also from code that is not Python's."""
    with suppress(OSError):
        sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


class _Unfailing(io.FileIO):
    """A file that takes everything, even what cannot be written."""

    def write(self, part: Any) -> int:
        try:
            return super().write(part) or len(part)
        except OSError:
            return len(part)
