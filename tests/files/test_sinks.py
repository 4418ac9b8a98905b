"""Output that gets its name only when it is complete, and errors of the disk and of pipes."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.errors import OutputClosed, RecordError
from annotator.files.sinks import Sink, open_sink, reporting_os_errors
from support.raising import raises_error


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with open_sink(path) as sink:
        sink.write(b"one\n")
        assert listing(tmp_path) == ["out.jsonl.partial"]
    assert path.read_bytes() == b"one\n"
    assert listing(tmp_path) == ["out.jsonl"]


def test_nothing_written_is_an_empty_file(tmp_path: Path) -> None:
    with open_sink(tmp_path / "out"):
        pass
    assert (tmp_path / "out").read_bytes() == b"" and listing(tmp_path) == ["out"]


@pytest.mark.parametrize("failure", [RecordError("in.txt:3", "bad"), KeyboardInterrupt(), MemoryError()])
def test_after_a_failure_the_partial_file_is_kept(failure: BaseException, tmp_path: Path) -> None:
    with pytest.raises(type(failure)) as caught, open_sink(tmp_path / "out") as sink:
        sink.write(b"one\n")
        raise failure
    assert caught.value is failure
    assert failure.__notes__ == [f"what was written so far is in {tmp_path / 'out.partial'}"]
    assert listing(tmp_path) == ["out.partial"]
    assert (tmp_path / "out.partial").read_bytes() == b"one\n"


def test_a_failure_before_the_first_byte_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RecordError) as caught, open_sink(tmp_path / "out"):
        raise RecordError("in.txt:1", "bad")
    assert listing(tmp_path) == [] and not hasattr(caught.value, "__notes__")


def test_a_file_that_exists_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"old")
    with raises_error(f"{path}: exists already: use force to replace it, or name another output"), open_sink(path):
        raise AssertionError
    assert path.read_bytes() == b"old" and listing(tmp_path) == ["out"]


def test_force_replaces_only_when_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"old")
    with pytest.raises(RecordError), open_sink(path, force=True) as sink:
        sink.write(b"half")
        raise RecordError("in.txt:3", "bad")
    assert path.read_bytes() == b"old"
    with open_sink(path, force=True) as sink:
        sink.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new" and listing(tmp_path) == ["out"]


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_is_refused(force: bool, tmp_path: Path) -> None:
    with raises_error(f"{tmp_path}: is a folder: name a file as output"), open_sink(tmp_path, force=force):
        raise AssertionError


def test_a_missing_parent_folder_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "out"
    with raises_error(f"{path}: cannot be written: No such file or directory"), open_sink(path):
        raise AssertionError


def test_a_name_too_long_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 300)
    with raises_error(f"{path}: cannot be written: File name too long"), open_sink(path):
        raise AssertionError


def test_a_device_or_pipe_is_written_directly(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"  # as /dev/null and /dev/stdout would be
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with open_sink(pipe) as sink:
            sink.write(b"one\n")
        assert os.read(reader, 100) == b"one\n"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


# A limit on the size of files raises EFBIG where a full disk raises ENOSPC; the code treats both alike.
FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from annotator.files.sinks import open_sink
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    with open_sink(Path(sys.argv[1])) as sink:
        for _ in range(100):
            sink.write(b"x" * 5_000)
except Exception as error:
    print(type(error).__name__, error, *getattr(error, "__notes__", ["no note"]), sep="|")
"""


def test_a_full_disk_is_one_error_and_keeps_what_fitted(tmp_path: Path) -> None:
    path = tmp_path / "out"
    done = subprocess.run([sys.executable, "-c", FULL_DISK, path], capture_output=True, text=True, check=True)
    partial = f"what was written so far is in {path}.partial"
    assert done.stdout == f"AnnotatorError|{path}: cannot be written: File too large|{partial}\n"
    assert done.stderr == "" and listing(tmp_path) == ["out.partial"]
    assert (tmp_path / "out.partial").read_bytes() == b"x" * 100_000


def test_a_file_is_compressed_by_its_suffix(tmp_path: Path) -> None:
    with open_sink(tmp_path / "out.gz") as sink:
        sink.write(b"one\n")
        sink.write(b"two\n")
    assert gzip.decompress((tmp_path / "out.gz").read_bytes()) == b"one\ntwo\n"


@pytest.mark.parametrize("path", [None, Path("-")])
def test_stdout_is_flushed_and_stays_open(path: Path | None, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BufferedWriter(raw)))
    with open_sink(path) as sink:
        sink.write(b"one\n")
    assert raw.getvalue() == b"one\n" and not sys.stdout.closed
    monkeypatch.setattr(sys, "stdout", None)
    with raises_error("stdout is closed: name a file as output"), open_sink(path):
        raise AssertionError


def test_all_of_a_part_is_written_even_if_the_stream_takes_little_at_a_time() -> None:
    class Slow(io.RawIOBase):
        written = b""

        def write(self, part: object) -> int:
            self.written += bytes(part)[:3]  # type: ignore[call-overload]
            return min(3, len(part))  # type: ignore[arg-type]

    stream = Slow()
    Sink("slow", stream).write(b"0123456789")  # type: ignore[arg-type]
    assert stream.written == b"0123456789"


def test_a_pipe_without_a_reader_is_closed_output() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb", buffering=0) as stream, pytest.raises(OutputClosed):
        Sink("pipe", stream).write(b"one")


def test_errors_of_the_system_name_the_file_and_what_failed(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    with raises_error(f"{missing}: cannot be read: No such file or directory"), reporting_os_errors(missing, "read"):
        missing.read_bytes()
