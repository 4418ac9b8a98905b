"""Files that must be different: what is read, what is written, and where rejects go."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from annotator.errors import UsageError
from annotator.files.sinks import PARTIAL
from annotator.input.sources import Source
from annotator.output.document_file import SPOOL

Place = tuple[int, int]


def check_apart(sources: Sequence[Source], outputs: Iterable[Path], rejects: Path | None) -> None:
    """Raises UsageError if an output or the file of rejects would replace an input, or the one the other.

    A file is the same under any name, and the names that a file has until it is whole count as well.
    """
    outputs = list(outputs)
    if not outputs and not rejects:
        return
    read = {
        place_of(source.path or Path(source.name)) for source in sources if not (source.is_stdin or source.remote)
    } - {None}
    for output in outputs:
        for path in names_until_whole(output):
            if place_of(path) in read:
                raise UsageError(f"{path}: is read, so it cannot be written", "name another {output}")
            if rejects and path.name == rejects.name and _real(path) == _real(rejects):
                raise UsageError(f"{path}: is the output, so rejects cannot go there", "name another {rejects}")
    for path in names_until_whole(rejects) if rejects else ():
        if place_of(path) in read:
            raise UsageError(f"{path}: is read, so rejects cannot go there", "name another {rejects}")


def names_until_whole(path: Path) -> list[Path]:
    """The path of an output file, and those that it may have until it is whole."""
    return [path, *(path.with_name(path.name + suffix) for suffix in (PARTIAL, SPOOL) if path.name)]


def place_of(path: Path) -> Place | None:
    """Where a file is on the disk, whatever its name; None if it does not exist."""
    try:
        now = path.stat()
    except (OSError, ValueError):
        return None
    return now.st_dev, now.st_ino


def _real(path: Path) -> str:
    return os.path.realpath(path)
