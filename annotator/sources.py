"""Paths, folders and stdin -> named byte streams."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .errors import AnnotatorError, UsageError

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Source:
    """A stream of bytes by name; the path is None for stdin."""

    name: str
    path: Path | None

    def open(self) -> AbstractContextManager[BinaryIO]:
        """The bytes from their beginning; stdin stays open. Raises OSError if they cannot be read."""
        return nullcontext(sys.stdin.buffer) if self.path is None else self.path.open("rb")


def find_sources(names: Iterable[str], suffixes: Collection[str]) -> list[Source]:
    """The sources of file names, folders and `-`, in the order given.

    A folder stands for all files below it that have one of `suffixes`, sorted by path. Raises
    AnnotatorError for a name that does not exist and for a folder without such files.
    """
    sources: list[Source] = []
    for name in names:
        if name == STDIN and Source("stdin", None) in sources:
            raise UsageError("stdin (-) is given twice: it can be read once")
        try:
            sources += _sources(name, suffixes)
        except OSError as error:
            raise AnnotatorError(f"{name}: cannot be read: {error.strerror}") from error
    return sources


def _sources(name: str, suffixes: Collection[str]) -> list[Source]:
    path = Path(name)
    if name == STDIN:
        if sys.stdin is None:
            raise AnnotatorError("stdin is closed: name a file to read")
        return [Source("stdin", None)]
    if not name or not path.exists():
        raise AnnotatorError(f"{name}: no such file or folder")
    if not path.is_dir():
        return [Source(name, path)]
    found = sorted(p for p in path.rglob("*") if p.suffix.lower() in suffixes and p.is_file())
    if not found:
        raise AnnotatorError(f"{name}: no file with a suffix of {', '.join(sorted(suffixes))} in this folder")
    return [Source(str(p), p) for p in found]
