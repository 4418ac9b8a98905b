"""Where output goes: stdout, or a file that gets its name only when it is complete."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from annotator.errors import Advice, AnnotatorError, OutputClosed, advise
from annotator.files import durable
from annotator.files.compression import stream_compressor
from annotator.files.uris import check_local

PARTIAL = ".partial"
STDOUT = "-"


@dataclass(frozen=True, slots=True)
class Sink:
    """A stream to write to, with its name for error messages."""

    name: str
    stream: BinaryIO | FileIO

    def write(self, part: bytes) -> None:
        """Write all of `part`. Raises AnnotatorError if that fails, OutputClosed if the reader has gone away."""
        rest = memoryview(part)
        while rest:
            with reporting_os_errors(self.name):
                rest = rest[self.stream.write(rest) :]


def open_sink(path: Path | None, force: bool = False) -> AbstractContextManager[Sink]:
    """A sink for this path; None and `-` mean stdout.

    A file is written as `NAME.partial` and renamed when all of it is on disk. After a failure, the partial file is
    kept unless it is empty, so that nothing is lost. Raises AnnotatorError for a file that exists (unless `force`) or
    cannot be written, and UsageError for a URI.
    """
    if path is None or str(path) == STDOUT:
        return _stdout()
    check_local(path)
    with reporting_os_errors(path):
        is_folder, exists, is_file = path.is_dir(), path.exists(), path.is_file()
    if is_folder:
        raise AnnotatorError(f"{path}: is a folder", "name a file as {output}")
    if exists and not is_file:
        return _device(path)
    if exists and not force:
        raise AnnotatorError(f"{path}: exists already", "use {force} to replace it, or name another {output}")
    return _whole_file(path)


@contextmanager
def _stdout() -> Iterator[Sink]:
    if sys.stdout is None:
        raise AnnotatorError("stdout is closed", "name a file as {output}")
    sink = Sink("stdout", sys.stdout.buffer)
    try:
        yield sink
        with reporting_os_errors(sink.name):
            sink.stream.flush()
    except (OutputClosed, AnnotatorError):
        # The rest of the buffer may be impossible to write; then Python would fail again at exit.
        try:
            sink.stream.flush()
        except OSError:
            discard_stdout()
        raise


def discard_stdout() -> None:
    """Let stdout, which cannot be written, lead nowhere: what is still in its buffer would fail again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _device(path: Path) -> Iterator[Sink]:
    """A device or a named pipe, which can only be written directly."""
    with reporting_os_errors(path):
        stream = path.open("wb", buffering=0)
    with stream:
        yield Sink(str(path), stream)


@contextmanager
def _whole_file(path: Path) -> Iterator[Sink]:
    partial = path.with_name(path.name + PARTIAL)
    with reporting_os_errors(path):
        stream = durable.create(partial)
    try:
        with stream:
            compress = stream_compressor(path) or nullcontext
            with compress(stream) as into:
                yield Sink(str(path), into)
                with reporting_os_errors(path):
                    into.flush()
            with reporting_os_errors(path):
                os.fsync(stream.fileno())
        with reporting_os_errors(path):
            durable.rename(partial, path)
    except BaseException as error:
        if partial.is_file() and partial.stat().st_size:
            advise(error, Advice("", f"what was written so far is in {partial}"))
        else:
            partial.unlink(missing_ok=True)
        raise


@contextmanager
def reporting_os_errors(name: object, done: str = "written") -> Iterator[None]:
    """Turn an OSError within into an AnnotatorError that names the file, and a closed pipe into OutputClosed."""
    try:
        yield
    except BrokenPipeError as error:
        raise OutputClosed from error
    except OSError as error:
        raise AnnotatorError(f"{name}: cannot be {done}: {error.strerror}") from error
