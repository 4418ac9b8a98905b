"""Which output file a document goes to: the one file, one for each source, or one for every so many documents."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from annotator.errors import AnnotatorError, UsageError
from annotator.files.compression import plain_name
from annotator.formats import Format
from annotator.input.sources import Source


@dataclass(frozen=True, slots=True)
class Shards:
    """Which file a document goes to: all to one; to one a source; or to a new one after every `size` documents.

    `paths` are those of the sources, or the one file; for `size`, they are made by number in `folder`.
    """

    folder: Path | None
    paths: Sequence[Path] = ()
    size: int | None = None
    suffix: str = ""

    def number(self, source: int, written: int) -> int:
        """The number of the file for the document after `written` others, from source number `source`."""
        if self.size:
            return written // self.size
        return source if self.folder else 0

    def path(self, number: int) -> Path:
        """The file of that number."""
        if self.size and self.folder:
            return self.folder / f"part-{number:05d}{self.suffix}"
        return self.paths[number]

    @property
    def last(self) -> int | None:
        """The number of the last file, where that is known before all is written."""
        return None if self.size else len(self.paths) - 1


def is_folder(output: str) -> bool:
    """Whether a name stands for a folder: one that is there, or that ends in `/`."""
    return output.endswith(("/", os.sep)) or Path(output).is_dir()


def shards_for(output: str, sources: Sequence[Source], form: Format, size: int | None) -> Shards:
    """The shards of an output that is a folder: a file a source, or one every `size` documents.

    Raises UsageError where two sources would be written to one file.
    """
    folder = Path(output)
    if folder.exists() and not folder.is_dir():
        raise AnnotatorError(f"{output}: is a file, not a folder: name another --output")
    suffix = form.suffixes[0] if form.suffixes else f".{form.name}"
    return Shards(folder, [] if size else _paths(folder, sources, suffix), size, suffix)


def _paths(folder: Path, sources: Sequence[Source], suffix: str) -> list[Path]:
    """A path for each source: its own with another suffix, else, where two had the same, with one more."""
    short = [plain_name(source.relative).with_suffix(suffix) for source in sources]
    often = Counter(short)
    chosen = [
        path if often[path] == 1 else source.relative.with_name(source.relative.name + suffix)
        for path, source in zip(short, sources, strict=True)
    ]
    twice, times = Counter(chosen).most_common(1)[0]
    if times > 1:
        raise UsageError(f"two inputs would be written to {folder / twice}: name a folder that holds both, or one file")
    return [folder / path for path in chosen]
