"""Which output file a document goes to: the only one, the shard of its source, or the shard of its number."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Protocol

from annotator.errors import AnnotatorError, UsageError
from annotator.files.compression import plain_name
from annotator.files.sinks import reporting_os_errors
from annotator.formats import Format
from annotator.input.sources import Source


class Layout(Protocol):
    """The files of an output, numbered from 0 in the order in which they are written."""

    @property
    def folder(self) -> Path:
        """The folder that all files are in, or below."""

    @property
    def last(self) -> int | None:
        """The number of the last file; None where that is known only when everything is written."""

    def number(self, source: int, written: int) -> int:
        """The number of the file for a document of source number `source`, after `written` earlier documents."""

    def path(self, number: int) -> Path:
        """The path of a file by its number."""

    def paths(self) -> Iterable[Path]:
        """The paths that are known before anything is written, and those of shards that exist."""


@dataclass(frozen=True, slots=True)
class OneFile:
    """Every document goes to one file."""

    file: Path

    @property
    def folder(self) -> Path:
        """The folder of the file."""
        return self.file.parent

    @property
    def last(self) -> int:
        """The only number."""
        return 0

    def number(self, source: int, written: int) -> int:  # noqa: ARG002  a Layout gets both
        """The only number."""
        return 0

    def path(self, number: int) -> Path:  # noqa: ARG002
        """The file."""
        return self.file

    def paths(self) -> Iterable[Path]:
        """The file."""
        return [self.file]


@dataclass(frozen=True, slots=True)
class ShardPerSource:
    """The documents of each source go to a shard of their own; `names`, in `folder`, are in the order of the sources.

    Raises UsageError for a name that leads out of the folder.
    """

    folder: Path
    names: Sequence[PurePath]

    def __post_init__(self) -> None:
        _check_inside(self.folder, self.names)

    @property
    def last(self) -> int:
        """The number of the last source."""
        return len(self.names) - 1

    def number(self, source: int, written: int) -> int:  # noqa: ARG002
        """The number of the source."""
        return source

    def path(self, number: int) -> Path:
        """The shard of that source."""
        return self.folder / self.names[number]

    def paths(self) -> Iterable[Path]:
        """Those of all shards."""
        return [self.folder / name for name in self.names]


@dataclass(frozen=True, slots=True)
class ShardsOfSize:
    """A new shard begins after every `size` documents: `part-00000`, `part-00001`, ... in `folder`."""

    folder: Path
    size: int
    suffix: str

    @property
    def last(self) -> None:
        """Not known before everything is written."""
        return

    def number(self, source: int, written: int) -> int:  # noqa: ARG002
        """How many full shards come before the document."""
        return written // self.size

    def path(self, number: int) -> Path:
        """The shard of that number."""
        return self.folder / f"part-{number:05d}{self.suffix}"

    def paths(self) -> Iterable[Path]:
        """Those of the shards that exist."""
        return self.folder.glob(f"part-*{self.suffix}")


Shards = ShardPerSource | ShardsOfSize


def is_folder(output: str) -> bool:
    """Whether a name stands for a folder: one that exists, or a name that ends in `/`."""
    return output.endswith(("/", os.sep)) or Path(output).is_dir()


def shards_for(output: str, sources: Sequence[Source], format: Format, size: int | None) -> Shards:
    """The shards of an output folder: one for each source, or one for every `size` documents.

    Raises AnnotatorError for a file, and UsageError where two sources would be written to one shard.
    """
    folder = Path(output)
    if folder.exists() and not folder.is_dir():
        raise AnnotatorError(f"{output}: is a file, not a folder", "name another {output}")
    suffix = shard_suffix(format)
    return ShardsOfSize(folder, size, suffix) if size else ShardPerSource(folder, shard_names(output, sources, suffix))


def shard_suffix(format: Format) -> str:
    """The suffix of shards in a format."""
    return format.suffixes[0] if format.suffixes else f".{format.name}"


def stays_inside(name: PurePath) -> bool:
    """Whether a name leads to a file in the folder that it is joined to, or below: it has no `..`, drive or NUL."""
    return bool(name.name) and not name.anchor and ".." not in name.parts and "\0" not in str(name)


def _check_inside(folder: Path | str, names: Iterable[PurePath]) -> None:
    if outside := next((name for name in names if not stays_inside(name)), None):
        raise UsageError(
            f"{_below(folder, outside)}: this shard would be outside {_below(folder)}",
            "give {shard_size}, or name one file as {output}",
        )


def _below(folder: Path | str, name: PurePath | None = None) -> str:
    """A name in a folder, which may be a URI, as text."""
    return "/".join([str(folder).rstrip("/"), *([name.as_posix()] if name else ())])


def make_folder_for(path: Path, folder: Path) -> None:
    """Create the folder of a file that is to be in `folder`, or below.

    Raises AnnotatorError if it cannot be created, or if a link in `folder` would lead the file out of it.
    """
    with reporting_os_errors(path):
        if not path.parent.resolve().is_relative_to(folder.resolve()):
            raise AnnotatorError(f"{path}: a link leads out of {folder}", "remove the link, or name another {output}")
        path.parent.mkdir(parents=True, exist_ok=True)


def shard_names(folder: str, sources: Sequence[Source], suffix: str) -> list[PurePath]:
    """A name for each source: its own with another suffix or, where two would be alike, with one suffix more.

    Raises UsageError for a name that would lead out of the folder, and where two sources would still have one name.
    """
    _check_inside(folder, [source.relative for source in sources])
    short = [plain_name(source.relative).with_suffix(suffix) for source in sources]
    often = Counter(short)
    chosen = [
        path if often[path] == 1 else source.relative.with_name(source.relative.name + suffix)
        for path, source in zip(short, sources, strict=True)
    ]
    twice, times = Counter(chosen).most_common(1)[0]
    if times > 1:
        raise UsageError(
            f"two inputs would be written to {_below(folder, twice)}",
            "name a folder that holds both, or write one file",
        )
    return chosen
