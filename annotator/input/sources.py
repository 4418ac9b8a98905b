"""Paths, folders, globs, URIs and stdin -> named streams of bytes, decompressed.

Compression is recognised by content, whatever the suffix. URIs (`s3://`, `gs://`, `hdfs://`, `file://`) are opened by
the file systems of pyarrow (`remote.py`).
"""

from __future__ import annotations

import glob
import gzip
import io
import os
import re
import stat
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import Any, BinaryIO, cast

from annotator.errors import AnnotatorError, UsageError, first_line
from annotator.files.compression import DAMAGED, OPENERS, Open, plain_suffix
from annotator.files.uris import is_uri, public_uri
from annotator.input.remote import RemoteFile, find_remote

STDIN = "-"
BUFFER_BYTES = 1 << 18
# What reading raises for a file that is missing, truncated or damaged.
BROKEN_STREAM = (OSError, EOFError, *DAMAGED)
_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Source:
    """A named stream of bytes. `size` is its number of bytes as stored (None if unknown: stdin, a pipe).

    `relative` is its path below the folder or glob that it was found by, otherwise its file name; a shard for this
    source is named after it. `path` is the path of a file, and `remote` the file at a URI. `between` are the bytes that
    are read, [start, end), of a source that is read in portions; it is then not compressed.
    The name is text that UTF-8 can encode, whatever the bytes of the path and the locale, and that of a URI has neither
    credentials nor options, because names occur in outputs, journals and logs.
    """

    name: str
    relative: PurePath
    size: int | None = None
    is_stdin: bool = False
    path: Path | None = None
    remote: RemoteFile | None = None
    between: tuple[int, int] | None = None

    @contextmanager
    def open(self, on_read: Callable[[int], None] = lambda _: None) -> Iterator[BinaryIO]:
        """The stream from its beginning, decompressed.

        `on_read` is called with the number of bytes of each read, before decompression. stdin is not closed. Raises
        AnnotatorError if the source cannot be opened, and if reading within the `with` block fails because the file
        is truncated, damaged or unreadable.
        """
        try:
            with self._stored() as stored, io.BufferedReader(_Raw(stored, on_read), BUFFER_BYTES) as stream:
                opener = None if self.between else _opener(stream.peek())
                if opener is None:
                    yield stream
                else:
                    with (
                        opener(stream) as decompressed,
                        io.BufferedReader(_Raw(decompressed, rewinds=False), BUFFER_BYTES) as whole,
                    ):
                        yield whole
        except BROKEN_STREAM as error:
            raise _unreadable(self.name, error) from error

    @contextmanager
    def stored(self) -> Iterator[BinaryIO]:
        """The stream as it is stored, unbuffered. Raises AnnotatorError as `open` does."""
        try:
            with self._stored() as stream:
                yield stream
        except BROKEN_STREAM as error:
            raise _unreadable(self.name, error) from error

    @contextmanager
    def _stored(self) -> Iterator[BinaryIO]:
        """The bytes as they are stored, of a portion only its own."""
        with self._all_stored() as stream:
            if self.between:
                stream.seek(self.between[0])
                yield cast(BinaryIO, _Portion(stream, self.between[1] - self.between[0]))
            else:
                yield stream

    @contextmanager
    def _all_stored(self) -> Iterator[BinaryIO]:
        if self.is_stdin:
            yield sys.stdin.buffer
        elif self.remote:
            with self.remote.open() as stream:
                yield stream
        else:
            with (self.path or Path(self.name)).open("rb", buffering=0) as stream:
                yield cast(BinaryIO, stream)


STDIN_SOURCE = Source("stdin", PurePath("stdin"), is_stdin=True)


class _Portion(io.RawIOBase):
    """The next `length` bytes of a raw stream."""

    def __init__(self, stream: BinaryIO, length: int) -> None:
        self._into: Callable[[Any], int | None] = stream.readinto  # type: ignore[attr-defined]
        self._left = length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._into(memoryview(buffer)[: self._left]) or 0
        self._left -= count
        return count


def is_compressed(beginning: bytes) -> bool:
    """Whether a stream with these first bytes is read decompressed."""
    return _opener(beginning) is not None


def _opener(beginning: bytes) -> Open | None:
    return next((opener for magic, opener in OPENERS.items() if beginning.startswith(magic)), None)


class _Raw(io.RawIOBase):
    """A raw stream over another one, which it does not close. `on_read` is called with the size of each read.

    A read returns whatever is available, so that nothing before a damaged part is lost and no read waits for a pipe to
    fill a buffer. Unless it `rewinds`, it cannot be sought in: what is compressed would be decompressed from its
    beginning each time.
    """

    def __init__(
        self, stream: BinaryIO, on_read: Callable[[int], None] = lambda _: None, *, rewinds: bool = True
    ) -> None:
        self._stream = stream
        self._rewinds = rewinds
        self._on_read = on_read
        into: Callable[[Any], int | None] = getattr(stream, "readinto1", None) or stream.readinto  # type: ignore
        self._into = into
        self._begun = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        count = self._into(view) or 0
        while count and not self._begun and any(m.startswith(view[:count]) and m != view[:count] for m in OPENERS):
            more = self._into(view[count:]) or 0  # a pipe may first give fewer bytes than identify a compression
            count += more
            self._begun = not more
        self._begun = True
        self._on_read(count)
        return count

    def seekable(self) -> bool:
        return self._rewinds and self._stream.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()


def _unreadable(name: str, error: BaseException) -> AnnotatorError:
    """The error to raise for a source that cannot be read, because of this one."""
    remedy = ""
    if isinstance(error, EOFError):
        reason = "the compressed file is truncated"
        remedy = "fetch it again"
    elif isinstance(error, OSError) and error.strerror:
        reason = error.strerror
    elif isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
        reason = first_line(error)
    else:
        reason = f"damaged: {first_line(error)}"
    return AnnotatorError(f"{name}: cannot be read: {reason}", remedy)


def find_sources(names: Iterable[str], suffixes: Collection[str]) -> list[Source]:
    """The sources that these file names, folders, globs, URIs and `-` stand for, in the order given.

    A folder stands for all files below it that have one of `suffixes`, compressed or not, sorted by path. Hidden files
    (`.journal`, `.rejects.jsonl`) are left out. Raises AnnotatorError for a name that does not exist and for a folder
    without such files; UsageError if `-` is given twice.
    """
    sources: list[Source] = []
    for name in names:
        if name == STDIN and STDIN_SOURCE in sources:
            raise UsageError("stdin (-) is given twice, but can be read only once", "give it once")
        try:
            sources += _remote(name, suffixes) if is_uri(name) else _local(name, suffixes)
        except OSError as error:
            raise _unreadable(name, error) from error
    return sources


def _local(name: str, suffixes: Collection[str]) -> list[Source]:
    path = Path(name)
    if name == STDIN:
        if sys.stdin is None:
            raise AnnotatorError("stdin is closed", "name a file to read")
        return [STDIN_SOURCE]
    if name and path.is_dir():
        return _not_empty(list(_files_below(path, suffixes)), name, suffixes)
    if name and path.exists():
        return [_file(path, PurePath(path.name))]
    if _GLOB.search(name):
        root = Path(_GLOB.split(name)[0]).parent
        matching = sorted(p for p in map(Path, glob.iglob(name, recursive=True)) if p.is_file())  # noqa: PTH207
        if matching:
            return [_file(p, p.relative_to(root) if p.is_relative_to(root) else PurePath(p.name)) for p in matching]
        raise AnnotatorError(f"{name}: no file matches this pattern")
    raise AnnotatorError(f"{name}: no such file or folder")


def _files_below(folder: Path, suffixes: Collection[str]) -> Iterator[Source]:
    """The files of a folder that are inputs, sorted by path; with strings, since each Path takes as long as a call."""
    found: list[tuple[str, ...]] = []
    for above, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        parts = Path(above).relative_to(folder).parts
        found += [(*parts, name) for name in files if not name.startswith(".") and plain_suffix(name) in suffixes]
    for parts in sorted(found):
        source = _file(folder.joinpath(*parts), PurePath(*parts))
        if source.size is not None:
            yield source


def _remote(uri: str, suffixes: Collection[str]) -> list[Source]:
    files = find_remote(uri, partial(is_input, suffixes=suffixes))
    found = [Source(one.name, one.relative, one.size, remote=one) for one in files]
    return _not_empty(found, public_uri(uri), suffixes)


def _file(path: Path, relative: PurePath) -> Source:
    try:
        now = path.stat()
        size = now.st_size if stat.S_ISREG(now.st_mode) else None
    except FileNotFoundError:  # a link that leads nowhere
        size = None
    # Python decodes names by the locale, and keeps what it cannot decode as halves of surrogate pairs.
    return Source(os.fsencode(path).decode("utf-8", "backslashreplace"), relative, size, path=path)


def _not_empty(found: list[Source], name: str, suffixes: Collection[str]) -> list[Source]:
    if not found:
        raise AnnotatorError(f"{name}: no file with a suffix of {', '.join(sorted(suffixes))} in this folder")
    return found


def is_input(path: PurePath, suffixes: Collection[str]) -> bool:
    """Whether a path below a folder is not hidden and has one of the suffixes, compressed or not."""
    return plain_suffix(path.name) in suffixes and not any(part.startswith(".") for part in path.parts)
