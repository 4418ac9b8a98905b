"""Names -> streams, and output that has its final name only when it is whole."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.errors import AnnotatorError, RecordError, UsageError
from annotator.files.sinks import open_sink
from annotator.formats import input_format, output_format
from annotator.input.records import read_documents
from annotator.input.sources import find_sources

SUFFIXES = {".txt", ".jsonl"}


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{name}\n", encoding="utf-8")


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def error(message: str) -> AnnotatorError:
    """What is raised: exactly this message."""
    return pytest.raises(AnnotatorError, match=f"^{re.escape(message)}$")  # type: ignore[return-value]


# Sources.


def test_a_folder_is_its_files_sorted_by_path(tmp_path: Path) -> None:
    touch(tmp_path, "b.txt", "a/z.TXT", "a/y.jsonl", "c.md", "a/b/c.txt", "d.txt.gz")
    (tmp_path / "folder.txt").mkdir()
    found = find_sources([str(tmp_path)], SUFFIXES)
    assert [s.name for s in found] == [
        str(tmp_path / n) for n in ("a/b/c.txt", "a/y.jsonl", "a/z.TXT", "b.txt", "d.txt.gz")
    ]
    assert all(s.relative == Path(s.name).relative_to(tmp_path) for s in found)


def test_order_is_the_order_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    touch(tmp_path, "z.md", "a.txt", "f/c.txt", "f/b.txt")
    found = find_sources(["z.md", "-", "f", "a.txt", "z.md"], SUFFIXES)
    assert [s.name for s in found] == ["z.md", "stdin", "f/b.txt", "f/c.txt", "a.txt", "z.md"]
    assert found[1].is_stdin and not found[0].is_stdin


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    touch(tmp_path, "a.md", "b/c.pdf")
    with error(f"{tmp_path}: no file with a suffix of .jsonl, .txt in this folder"):
        find_sources([str(tmp_path)], SUFFIXES)


@pytest.mark.parametrize("name", ["missing.txt", "missing/", "a.txt/b", ""])
def test_what_is_missing_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    touch(tmp_path, "a.txt")
    with error(f"{name}: no such file or folder"):
        find_sources(["a.txt", name], SUFFIXES)


def test_a_text_given_for_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnnotatorError, match=r"no such file or folder|cannot be read"):
        find_sources(["Angela Merkel besuchte Paris. " * 20], SUFFIXES)


def test_a_file_gone_between_finding_and_opening_is_refused(tmp_path: Path) -> None:
    touch(tmp_path, "a.txt")
    documents = read_documents([str(tmp_path / "a.txt")])
    (tmp_path / "a.txt").unlink()
    with error(f"{tmp_path / 'a.txt'}: cannot be read: No such file or directory"):
        next(documents)


def test_formats_are_found_by_suffix_and_name(tmp_path: Path) -> None:
    assert [input_format(None, p).name for p in ("a.TXT", "a.jsonl", "a.ndjson", "stdin", "a.md", "a.spacy")] == [
        "text", "jsonl", "jsonl", "text", "text", "docbin",
    ]  # fmt: skip
    outputs = [output_format(None, Path(p)).name for p in ("a.conll", "a.tsv", "a.JSONL", "a.spacy")]
    assert outputs == ["conll", "conll", "jsonl", "docbin"]
    assert output_format(None, None).name == "conll" and output_format("jsonl", Path("a.conll")).name == "jsonl"
    with pytest.raises(UsageError, match=r"^a\.md: the suffix names no format to write: add --format "):
        output_format(None, Path("a.md"))
    with pytest.raises(UsageError, match=r"^a\.html: html is not read here: name one of text, jsonl, conll, "):
        input_format(None, "a.html")


def test_documents_of_several_sources_follow_one_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_bytes(b"one\ntwo")
    Path("b.jsonl").write_bytes(b'{"text":"three"}')
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"four\n")))
    documents = read_documents(["a.txt", "b.jsonl", "-"])
    assert [(d.id, d.text) for d in documents] == [
        ("a.txt:1", "one"), ("a.txt:2", "two"), ("b.jsonl:1", "three"), ("stdin:1", "four"),
    ]  # fmt: skip


def test_stdin_twice_is_refused_or_empty_the_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"four\n")))
    try:
        texts = [d.text for d in read_documents(["-", "-"])]
    except AnnotatorError as refused:
        assert "stdin" in str(refused)
    else:
        assert texts == ["four"]


def test_a_source_that_fails_while_it_is_read_is_named() -> None:
    documents = read_documents(["/proc/self/mem"], "text")  # opens, but reading address 0 fails
    with error("/proc/self/mem: cannot be read: Input/output error"):
        next(documents)


# Sinks.


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
def test_what_was_written_stays_under_the_partial_name(failure: BaseException, tmp_path: Path) -> None:
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
    with error(f"{path}: exists already: use --force to replace it, or name another --output"), open_sink(path):
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
def test_a_folder_is_no_output(force: bool, tmp_path: Path) -> None:
    with error(f"{tmp_path}: is a folder: name a file by --output"), open_sink(tmp_path, force=force):
        raise AssertionError


def test_a_missing_parent_folder_is_said(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "out"
    with error(f"{path}: cannot be written: No such file or directory"), open_sink(path):
        raise AssertionError


def test_a_name_too_long_is_said(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 300)
    with error(f"{path}: cannot be written: File name too long"), open_sink(path):
        raise AssertionError


def test_what_is_no_plain_file_is_not_renamed_over(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"  # as /dev/null and /dev/stdout would be
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with open_sink(pipe, force=True) as sink:
            sink.write(b"one\n")
    except AnnotatorError:
        pass  # to refuse it is as good
    finally:
        os.close(reader)
    assert pipe.is_fifo()


# EFBIG in place of ENOSPC: the same way through the code.
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
