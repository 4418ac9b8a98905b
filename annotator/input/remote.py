"""URIs -> remote files, read through the file systems of pyarrow, with a bound on the time of each call.

The libraries behind them retry for up to 15 minutes and handle no signal meanwhile. So each call is made in a thread
that can be left behind, and is awaited for the longest wait of `annotator.system.calls`.
"""

from __future__ import annotations

import fnmatch
import io
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar, cast

from annotator.errors import AnnotatorError, UsageError, first_line
from annotator.files.uris import public_uri, splits_credentials
from annotator.system.calls import SECONDS_VARIABLE, NoAnswerError, awaited, longest_wait

if TYPE_CHECKING:
    from pyarrow.fs import FileInfo, FileSystem

T = TypeVar("T")
URI_SCHEMES = "s3://, gs://, hdfs://, hf:// or file://"
_HUB = "hf"
LISTING = 10  # times as long for a list of files, which takes a second for some 10,000 of them
# Of the wait, for the retries of Google's library: its last one may triple that, and its error says more than ours.
_RETRY_SHARE = 0.2
_GOOGLE = ("gs", "gcs")
_RETRY_LIMIT = "retry_limit_seconds"
_URI_GLOB = re.compile(r"[*\[]")  # ? begins the options of the file system, such as ?region=eu-west-1
# What Google's library puts around the reason.
_AROUND = re.compile(
    r"google::cloud::Status\(|Retry policy exhausted[^:]*?with a last message of |PerformWork\(\) - | error_info=.*"
    r"|(?<=authenticate the request)\. The request was not sent.*?(?=: PerformWork)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file at a URI: its name without credentials and options, its size in bytes, and where its file system has it.

    `relative` is its path below the folder or pattern that it was found by, otherwise its file name.
    """

    name: str
    relative: PurePath
    size: int | None
    system: FileSystem
    path: str

    def open(self) -> AbstractContextManager[BinaryIO]:
        """The bytes of the file. Raises AnnotatorError if they cannot be read, also within the `with` block."""
        return open_remote(self.name, self.system, self.path)


@contextmanager
def open_remote(name: str, system: FileSystem, path: str) -> Iterator[BinaryIO]:
    """The bytes of a file, unbuffered. Raises AnnotatorError, which calls it `name`, also as they are read."""
    stream = answer(name, partial(system.open_input_file, path))
    yield cast(BinaryIO, _Stream(name, stream))
    stream.close()  # not after an error: the call that failed may still be reading


class _Stream(io.RawIOBase):
    """What is read of a remote file, with a bound on the time of each read."""

    def __init__(self, name: str, stream: Any) -> None:
        self._name = name
        self._stream = stream

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """Whether the file system can read from anywhere."""
        return bool(self._stream.seekable())

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to an offset; returns it."""
        return int(self._stream.seek(offset, whence))

    def tell(self) -> int:
        """The offset of the next byte."""
        return int(self._stream.tell())

    def readinto(self, buffer: Any) -> int:
        """Read what fits into a buffer, 0 bytes at the end."""
        # Not into the buffer itself: a read that is left behind would write to it later.
        part = answer(self._name, partial(self._stream.read, len(buffer)))
        buffer[: len(part)] = part
        return len(part)


def find_remote(uri: str, is_input: Callable[[PurePath], bool]) -> list[RemoteFile]:
    """The file that a URI names, or the files that its pattern matches, or those `is_input` in its folder, by path.

    Raises AnnotatorError for what does not exist or does not answer, UsageError for a URI that cannot be opened.
    """
    from pyarrow.fs import FileSelector, FileType

    location, question, query = uri.partition("?")
    pattern = _URI_GLOB.search(location)
    folder = location[: location.rindex("/", 0, pattern.start())] if pattern else location
    name, folder_name = public_uri(location), public_uri(folder).rstrip("/")
    system, path = answer(name, partial(file_system, folder + question + query, name))
    information = answer(name, partial(system.get_file_info, path))
    if information.type == FileType.NotFound:
        raise AnnotatorError(f"{name}: no such file or folder")
    if information.type == FileType.File:
        return [RemoteFile(name, PurePath(information.base_name), information.size, system, path)]
    everything = partial(system.get_file_info, FileSelector(path, recursive=True))
    below: list[FileInfo] = answer(name, everything, LISTING)
    glob_path = path.rstrip("/") + location[len(folder) :]
    found = [
        RemoteFile(f"{folder_name}/{relative.as_posix()}", relative, one.size, system, one.path)
        for one in sorted(below, key=lambda one: one.path)
        if one.type == FileType.File
        and (relative := PurePath(one.path).relative_to(path))
        and (fnmatch.fnmatch(one.path, glob_path) if pattern else is_input(relative))
    ]
    if pattern and not found:
        raise AnnotatorError(f"{name}: no file matches this pattern")
    return found


def file_system(uri: str, name: str) -> tuple[FileSystem, str]:
    """The file system of a URI, and its path there. Raises UsageError, which calls it `name`, if there is none."""
    import pyarrow
    from pyarrow.fs import FileSystem, FSSpecHandler, PyFileSystem

    scheme, _, location = uri.partition("?")[0].partition("://")
    if scheme.lower() == _HUB:
        import fsspec

        return PyFileSystem(FSSpecHandler(fsspec.filesystem(_HUB))), location.rstrip("/")
    if splits_credentials(uri):
        raise UsageError(f"{name}: cannot be opened", "write / in its credentials as %2F")
    try:
        system: tuple[FileSystem, str] = FileSystem.from_uri(_with_retry_limit(uri))
        return system
    except (pyarrow.ArrowException, ValueError) as error:
        reason = "" if "@" in uri else f" ({first_line(error)})"  # which may hold any part of the credentials
        raise UsageError(f"{name}: cannot be opened{reason}", f"use {URI_SCHEMES}") from None


def _with_retry_limit(uri: str) -> str:
    if uri.partition("://")[0].lower() not in _GOOGLE or _RETRY_LIMIT in uri:
        return uri
    return f"{uri}{'&' if '?' in uri else '?'}{_RETRY_LIMIT}={longest_wait() * _RETRY_SHARE:g}"


def answer(name: str, call: Callable[[], T], times: float = 1, done: str = "read") -> T:
    """What a call of a file system returns. Raises AnnotatorError if it fails or takes `times` the longest wait.

    `done` is what the call was to do with the file `name`: read or written.
    """
    remedy = "" if name.startswith("file:") else "check the address and the network"
    try:
        return awaited(call, longest_wait() * times)
    except NoAnswerError as error:
        raise AnnotatorError(
            f"{name}: cannot be {done}: {error}", f"{remedy}, or set {SECONDS_VARIABLE} to more seconds"
        ) from None
    except AnnotatorError:
        raise
    except Exception as error:  # a file system of another library may raise anything
        reason = _AROUND.sub("", getattr(error, "strerror", None) or first_line(error))
        raise AnnotatorError(f"{name}: cannot be {done}: {reason}", remedy) from error
