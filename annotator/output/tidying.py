"""What a run, or one that it replaces, left under temporary names, removed once the output is complete."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from annotator.files.compression import plain_name
from annotator.files.sinks import PARTIAL, reporting_os_errors
from annotator.formats import FORMATS
from annotator.output.document_file import SPOOL

_SUFFIXES = {suffix for format in FORMATS.values() if format.writes for suffix in (*format.suffixes, f".{format.name}")}


def tidy_folder(folder: Path) -> None:
    """Remove the files in a folder, and below, that have the temporary names of output files."""
    with reporting_os_errors(folder):
        for path in list(_left_over(folder)):
            path.unlink(missing_ok=True)


def tidy_file(path: Path) -> None:
    """Remove what has the temporary names of an output file."""
    with reporting_os_errors(path):
        for suffix in (PARTIAL, SPOOL):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def _left_over(folder: Path) -> Iterator[Path]:
    for path in folder.rglob(f"*{PARTIAL}"), folder.rglob(f"*{SPOOL}"):
        for temporary in path:
            if temporary.is_file() and plain_name(temporary.with_suffix("")).suffix.lower() in _SUFFIXES:
                yield temporary
