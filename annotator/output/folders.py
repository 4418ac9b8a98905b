"""The folder of an output whose files are written as a whole: on a disk, or at a URI."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeVar, cast

from annotator.errors import AnnotatorError, UsageError
from annotator.files import durable
from annotator.files.sinks import PARTIAL, reporting_os_errors
from annotator.files.uris import public_uri
from annotator.input.remote import LISTING, answer, file_system, open_remote

if TYPE_CHECKING:
    from pyarrow.fs import FileInfo, FileSystem

T = TypeVar("T")
# The seconds to wait before a call to a server is made again, each time it fails.
WAITS = (0.5, 2.0, 8.0)
_REMEDY = "check the address, the credentials and the network, and then give the same command with {resume}"
_BLOCK_BYTES = 1 << 23
_SLOW_BYTES = 20_000_000  # that are uploaded within the longest wait
# Where a file appears when its stream is closed. Elsewhere it appears at once, and so gets its name at the end.
_APPEARING_WHOLE = ("s3", "gs", "gcs", "hf")
# Streams of uploads that failed: if they were closed, what they have would appear as a whole file.
_failed: list[Any] = []


class Folder(Protocol):
    """A folder; files in it, or below, go by their paths relative to it, with `/`."""

    @property
    def name(self) -> str:
        """The folder as it is shown."""

    def read(self, path: str) -> bytes | None:
        """What a file has; None if there is none."""

    def size(self, path: str) -> int | None:
        """The size of a file in bytes; None if there is none."""

    def sizes(self) -> Mapping[str, int]:
        """The sizes in bytes of all files, hidden ones included."""

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """The stream of a file. Raises AnnotatorError if it cannot be read."""

    def write(self, path: str, content: bytes) -> None:
        """Write a file, which appears whole."""

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""


@dataclass(frozen=True, slots=True)
class LocalFolder:
    """A folder on a disk, which may be shared with other machines."""

    path: Path

    @property
    def name(self) -> str:
        """Its path."""
        return str(self.path)

    def read(self, path: str) -> bytes | None:
        """What a file has; None if there is none."""
        with reporting_os_errors(self.path / path, "read"):
            try:
                return (self.path / path).read_bytes()
            except FileNotFoundError:
                return None

    def size(self, path: str) -> int | None:
        """The size of a file in bytes; None if there is none."""
        with reporting_os_errors(self.path / path, "read"):
            try:
                return (self.path / path).stat().st_size
            except FileNotFoundError:
                return None

    def sizes(self) -> dict[str, int]:
        """The sizes in bytes of all files, hidden ones included."""
        found = {}
        with reporting_os_errors(self.path, "read"):
            for one in self.path.rglob("*"):
                try:
                    if one.is_file():
                        found[one.relative_to(self.path).as_posix()] = one.stat().st_size
                except FileNotFoundError:  # another worker has just renamed it
                    continue
        return found

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """The stream of a file. Raises AnnotatorError if it cannot be read."""
        with reporting_os_errors(self.path / path, "read"), (self.path / path).open("rb") as stream:
            yield stream

    def write(self, path: str, content: bytes) -> None:
        """Write a file, which appears whole."""
        file = self.path / path
        partial = file.with_name(file.name + PARTIAL)
        with reporting_os_errors(file):
            with durable.create(partial) as stream:
                stream.write(content)
            durable.rename(partial, file)

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""
        with reporting_os_errors(self.path / path):
            (self.path / path).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class RemoteFolder:
    """A folder at a URI. A call that fails is made again, with longer and longer waits."""

    uri: str

    @property
    def name(self) -> str:
        """The URI without credentials and options."""
        return public_uri(self.uri)

    def read(self, path: str) -> bytes | None:
        """What a file has; None if there is none."""
        if self.size(path) is None:
            return None
        with self.open(path) as stream:
            return stream.read()

    def size(self, path: str) -> int | None:
        """The size of a file in bytes; None if there is none."""
        from pyarrow.fs import FileType

        system, below = self._opened()
        found: FileInfo = _patiently(self._shown(path), partial(system.get_file_info, f"{below}/{path}"), "read")
        return cast(int, found.size) if found.type == FileType.File else None

    def sizes(self) -> dict[str, int]:
        """The sizes in bytes of all files, hidden ones included."""
        from pyarrow.fs import FileSelector, FileType

        system, below = self._opened()
        everything = FileSelector(below, recursive=True, allow_not_found=True)
        found: list[FileInfo] = _patiently(self.name, partial(system.get_file_info, everything), "read", LISTING)
        return {one.path[len(below) :].lstrip("/"): one.size for one in found if one.type == FileType.File}

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """The stream of a file. Raises AnnotatorError if it cannot be read."""
        system, below = self._opened()
        with open_remote(self._shown(path), system, f"{below}/{path}") as stream:
            yield cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, stream), _BLOCK_BYTES))

    def write(self, path: str, content: bytes) -> None:
        """Write a file, which appears whole."""
        self._upload(path, lambda: io.BytesIO(content), len(content))

    def put(self, file: Path, path: str) -> None:
        """Copy a file into the folder, where it appears whole."""
        self._upload(path, lambda: file.open("rb"), file.stat().st_size)

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""
        system, below = self._opened()
        if self.size(path) is not None:
            _patiently(self._shown(path), partial(system.delete_file, f"{below}/{path}"), "removed")

    def _upload(self, path: str, opened: Callable[[], BinaryIO], size: int) -> None:
        system, below = self._opened()
        at_once = self.uri.partition("://")[0].lower() in _APPEARING_WHOLE
        # In one call, which no signal interrupts: a stream that is closed before its end would leave half of a file.
        upload = partial(_upload if at_once else _upload_and_rename, system, f"{below}/{path}", opened)
        _patiently(self._shown(path), upload, "written", 1 + size / _SLOW_BYTES)
        if self.size(path) != size:
            raise AnnotatorError(f"{self._shown(path)}: has not {size:,} bytes, as it was written", _REMEDY)

    def _opened(self) -> tuple[FileSystem, str]:
        return _opened(self.uri)

    def _shown(self, path: str) -> str:
        return f"{self.name.rstrip('/')}/{path}"


@cache
def _opened(uri: str) -> tuple[FileSystem, str]:
    name = public_uri(uri)
    system, path = _patiently(name, partial(file_system, uri, name), "opened")
    return system, path.rstrip("/")


def _patiently(name: str, call: Callable[[], T], done: str, times: float = 1) -> T:
    for wait in WAITS:
        try:
            return answer(name, call, times, done)
        except UsageError:
            raise
        except AnnotatorError:
            time.sleep(wait)
    try:
        return answer(name, call, times, done)
    except AnnotatorError as error:
        raise AnnotatorError(error.message, _REMEDY) from error


def _upload(system: FileSystem, path: str, opened: Callable[[], BinaryIO]) -> None:
    with opened() as content:
        stream = system.open_output_stream(path, compression=None)
        try:
            while block := content.read(_BLOCK_BYTES):
                stream.write(block)
        except BaseException:
            _failed.append(stream)
            raise
        stream.close()


def _upload_and_rename(system: FileSystem, path: str, opened: Callable[[], BinaryIO]) -> None:
    from pyarrow.fs import FileType

    system.create_dir(path.rpartition("/")[0], recursive=True)
    _upload(system, path + PARTIAL, opened)
    if system.get_file_info(path).type == FileType.File:
        system.delete_file(path)
    system.move(path + PARTIAL, path)
