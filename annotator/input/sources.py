"""Paths, folders, globs, URIs and stdin -> named streams of bytes, decompressed.

Compression is recognised by content, whatever the name says. URIs (`s3://`, `gs://`, `hdfs://`, `file://`) are
opened by pyarrow's filesystems.
"""

from __future__ import annotations

import fnmatch
import glob
import gzip
import io
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from annotator.errors import AnnotatorError, UsageError
from annotator.files.compression import DAMAGED, OPENERS, plain_name

if TYPE_CHECKING:
    from pyarrow.fs import FileInfo, FileSystem

STDIN = "-"
BUFFER_BYTES = 1 << 18
# What reading can fail with: the file is not there, broken off or damaged.
BROKEN_STREAM = (OSError, EOFError, *DAMAGED)
_URI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+://")
_GLOB = re.compile(r"[*?\[]")
_URI_GLOB = re.compile(r"[*\[]")  # after ? come options of the file system, such as ?region=eu-west-1


@dataclass(frozen=True, slots=True)
class Source:
    """A stream of bytes by name. `size` is its bytes where they are known beforehand (None: stdin, a pipe).

    `relative` is the path below the folder or glob that it was found by, else its file name: what a shard of
    its own is called after. `remote` is what opens a URI, whose name is without credentials and options: names
    stand in outputs, journals and logs.
    """

    name: str
    relative: PurePath
    size: int | None = None
    is_stdin: bool = False
    remote: tuple[FileSystem, str] | None = None

    @contextmanager
    def open(self, on_read: Callable[[int], None] = lambda _: None) -> Iterator[BinaryIO]:
        """The bytes from their beginning, decompressed; `on_read` is told of each read the bytes it took from disk.

        stdin stays open. Raises AnnotatorError if it cannot be opened, and on the way out for what reading
        failed with: a file that is broken off, damaged or unreadable.
        """
        try:
            with self._raw() as raw, io.BufferedReader(_Raw(raw, on_read), BUFFER_BYTES) as stream:
                beginning = stream.peek()
                opener = next((o for magic, o in OPENERS.items() if beginning.startswith(magic)), None)
                if opener is None:
                    yield stream
                else:
                    with opener(stream) as decompressed, io.BufferedReader(_Raw(decompressed), BUFFER_BYTES) as whole:
                        yield whole
        except BROKEN_STREAM as error:
            raise AnnotatorError(f"{self.name}: cannot be read: {_reason(error)}") from error

    @contextmanager
    def _raw(self) -> Iterator[BinaryIO]:
        if self.is_stdin:
            yield sys.stdin.buffer
        elif self.remote:
            system, path = self.remote
            with system.open_input_file(path) as stream:
                yield cast(BinaryIO, stream)
        else:
            with Path(self.name).open("rb", buffering=0) as stream:
                yield cast(BinaryIO, stream)


STDIN_SOURCE = Source("stdin", PurePath("stdin"), is_stdin=True)


class _Raw(io.RawIOBase):
    """A raw stream that tells how much was read of it, and that does not close what it reads.

    It gives what there is, so that nothing before a damage is lost, and nobody waits for a pipe to fill a buffer.
    """

    def __init__(self, stream: BinaryIO, on_read: Callable[[int], None] = lambda _: None) -> None:
        self._stream = stream
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
            more = self._into(view[count:]) or 0  # what a pipe gave first is less than what tells the compression
            count += more
            self._begun = not more
        self._begun = True
        self._on_read(count)
        return count

    def seekable(self) -> bool:
        return self._stream.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()


def _reason(error: BaseException) -> str:
    if isinstance(error, EOFError):
        return "the compressed file is broken off: fetch it again, or keep what is whole with --on-error skip"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    text = (str(error) or type(error).__name__).splitlines()[0]
    return text if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile) else f"damaged: {text}"


def find_sources(names: Iterable[str], suffixes: Collection[str]) -> list[Source]:
    """The sources of file names, folders, globs, URIs and `-`, in the order given.

    A folder stands for all files below it that have one of `suffixes`, compressed or not, sorted by path; what is
    hidden (`.journal`, `.rejects.jsonl`) is left out. Raises AnnotatorError for a name that does not exist and for
    a folder without such files.
    """
    sources: list[Source] = []
    for name in names:
        if name == STDIN and STDIN_SOURCE in sources:
            raise UsageError("stdin (-) is given twice: it can be read once")
        try:
            sources += _remote(name, suffixes) if _URI.match(name) else _local(name, suffixes)
        except OSError as error:
            raise AnnotatorError(
                f"{_public(name) if _URI.match(name) else name}: cannot be read: {_reason(error)}"
            ) from error
    return sources


def _local(name: str, suffixes: Collection[str]) -> list[Source]:
    path = Path(name)
    if name == STDIN:
        if sys.stdin is None:
            raise AnnotatorError("stdin is closed: name a file to read")
        return [STDIN_SOURCE]
    if name and path.is_dir():
        below = sorted((p.relative_to(path), p) for p in path.rglob("*") if p.is_file())
        found = [_file(p, relative) for relative, p in below if is_input(relative, suffixes)]
        return _some(found, name, suffixes)
    if name and path.exists():
        return [_file(path, PurePath(path.name))]
    if _GLOB.search(name):
        root = Path(_GLOB.split(name)[0]).parent
        matching = sorted(p for p in map(Path, glob.iglob(name, recursive=True)) if p.is_file())  # noqa: PTH207
        if matching:
            return [_file(p, p.relative_to(root) if p.is_relative_to(root) else PurePath(p.name)) for p in matching]
        raise AnnotatorError(f"{name}: no file matches this pattern")
    raise AnnotatorError(f"{name}: no such file or folder")


def _file(path: Path, relative: PurePath) -> Source:
    return Source(str(path), relative, path.stat().st_size if path.is_file() else None)


def _remote(uri: str, suffixes: Collection[str]) -> list[Source]:
    from pyarrow.fs import FileSelector, FileType

    place, question, query = uri.partition("?")
    pattern = _URI_GLOB.search(place)
    folder = place[: place.rindex("/", 0, pattern.start())] if pattern else place
    name, folder_name = _public(place), _public(folder).rstrip("/")
    system, path = _file_system(folder + question + query, name)
    information = system.get_file_info(path)
    if information.type == FileType.NotFound:
        raise AnnotatorError(f"{name}: no such file or folder")
    if information.type == FileType.File:
        return [Source(name, PurePath(information.base_name), information.size, remote=(system, path))]
    below: list[FileInfo] = system.get_file_info(FileSelector(path, recursive=True))
    glob_path = path.rstrip("/") + place[len(folder) :]
    found = [
        Source(f"{folder_name}/{relative.as_posix()}", relative, one.size, remote=(system, one.path))
        for one in sorted(below, key=lambda one: one.path)
        if one.type == FileType.File
        and (relative := PurePath(one.path).relative_to(path))
        and (fnmatch.fnmatch(one.path, glob_path) if pattern else is_input(relative, suffixes))
    ]
    if pattern and not found:
        raise AnnotatorError(f"{name}: no file matches this pattern")
    return _some(found, name, suffixes)


def _public(uri: str) -> str:
    """The URI without credentials and options (`s3://KEY:SECRET@bucket/...?region=...`)."""
    scheme, _, rest = uri.partition("?")[0].partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"


def _file_system(uri: str, name: str) -> tuple[FileSystem, str]:
    import pyarrow
    from pyarrow.fs import FileSystem

    try:
        system: tuple[FileSystem, str] = FileSystem.from_uri(uri)
        return system
    except (pyarrow.ArrowException, ValueError) as error:
        reason = str(error).splitlines()[0].replace(uri, name)
        raise UsageError(f"{name}: cannot be opened ({reason}): use s3://, gs://, hdfs:// or file://") from error


def _some(found: list[Source], name: str, suffixes: Collection[str]) -> list[Source]:
    if not found:
        raise AnnotatorError(f"{name}: no file with a suffix of {', '.join(sorted(suffixes))} in this folder")
    return found


def is_input(path: PurePath, suffixes: Collection[str]) -> bool:
    """Whether a path below a folder has one of the suffixes, compressed or not, and is not hidden."""
    return plain_name(path).suffix.lower() in suffixes and not any(part.startswith(".") for part in path.parts)
