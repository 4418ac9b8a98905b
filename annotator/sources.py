"""Paths, folders and stdin -> named byte streams."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .errors import AnnotatorError

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Source:
    """A stream of bytes by name; the path is None for stdin."""

    name: str
    path: Path | None

    def open(self) -> BinaryIO:
        """The bytes from their beginning. Raises AnnotatorError if the file cannot be read."""
        if self.path is None:
            return sys.stdin.buffer
        try:
            return self.path.open("rb")
        except OSError as error:
            raise AnnotatorError(f"{self.name}: cannot be read: {error.strerror}") from error


def find_sources(names: Iterable[str], suffixes: Collection[str]) -> list[Source]:
    """The sources of file names, folders and `-`, in the order given.

    A folder stands for all files below it that have one of `suffixes`, sorted by path. Raises
    AnnotatorError for a name that does not exist and for a folder without such files.
    """
    sources: list[Source] = []
    for name in names:
        path = Path(name)
        if name == STDIN:
            sources.append(Source("stdin", None))
        elif path.is_dir():
            found = sorted(p for p in path.rglob("*") if p.suffix.lower() in suffixes and p.is_file())
            if not found:
                raise AnnotatorError(f"{name}: no file with a suffix of {', '.join(sorted(suffixes))} in this folder")
            sources += [Source(str(p), p) for p in found]
        elif not path.exists():
            raise AnnotatorError(f"{name}: no such file or folder")
        else:
            sources.append(Source(name, path))
    return sources
