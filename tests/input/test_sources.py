"""Names of files, folders, globs and URIs -> streams of bytes, decompressed."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path, PurePath

import pytest

from annotator.errors import AnnotatorError, UsageError
from annotator.files.compression import part_compressor
from annotator.input.sources import STDIN_SOURCE, Source, find_sources, is_input
from support.raising import raises_error

SUFFIXES = {".txt", ".jsonl"}


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{name}\n", encoding="utf-8")


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
    with raises_error(f"{tmp_path}: no file with a suffix of .jsonl, .txt in this folder"):
        find_sources([str(tmp_path)], SUFFIXES)


@pytest.mark.parametrize("name", ["missing.txt", "missing/", "a.txt/b", ""])
def test_what_is_missing_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    touch(tmp_path, "a.txt")
    with raises_error(f"{name}: no such file or folder"):
        find_sources(["a.txt", name], SUFFIXES)


def test_a_text_given_for_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnnotatorError, match=r"no such file or folder|cannot be read"):
        find_sources(["Angela Merkel besuchte Paris. " * 20], SUFFIXES)


def read(source: Source) -> bytes:
    with source.open() as stream:
        return stream.read()


TEXT = b"Rom ist alt.\n" * 1_000
COMPRESSORS = [gzip.compress, bz2.compress, lzma.compress, part_compressor(PurePath("a.zst"))]


@pytest.mark.parametrize("compress", COMPRESSORS, ids=["gzip", "bz2", "xz", "zstd"])
def test_compression_is_recognised_by_content(compress: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = tmp_path / "plain.txt"
    path.write_bytes(compress(TEXT[:900]) + compress(TEXT[900:]))  # two members or frames
    (source,) = find_sources([str(path)], SUFFIXES)
    sizes: list[int] = []
    with source.open(sizes.append) as stream:
        assert stream.read() == TEXT
    assert sum(sizes) == source.size == path.stat().st_size < len(TEXT)


@pytest.mark.parametrize("raw", [b"", b"B", b"BZhang Wei", b"\x1f", b"\x1f\x8b", b"\x28\xb5", b"\xfd7z"])
def test_text_that_begins_like_a_compressed_file_is_text(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").write_bytes(raw)
    assert read(Source(str(tmp_path / "a.txt.gz"), PurePath("a.txt.gz"))) == raw


def test_a_pipe_that_gives_a_byte_at_first_is_decompressed_too(tmp_path: Path) -> None:
    pipe, compressed = tmp_path / "pipe", gzip.compress(TEXT)
    os.mkfifo(pipe)
    (source,) = find_sources([str(pipe)], SUFFIXES)
    assert source.size is None

    def write() -> None:
        with pipe.open("wb", buffering=0) as stream:
            stream.write(compressed[:1])
            stream.write(compressed[1:])

    writer = threading.Thread(target=write)
    writer.start()
    assert read(source) == TEXT
    writer.join()


def test_a_truncated_file_is_read_up_to_its_end_and_then_an_error_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(os.urandom(1_000_000) + TEXT)[:500_000])
    (source,) = find_sources([str(path)], SUFFIXES)
    count = 0
    with pytest.raises(AnnotatorError) as raised, source.open() as stream:
        while part := stream.read(1_000):
            count += len(part)
    assert raised.value.message == f"{path}: cannot be read: the compressed file is truncated"
    assert raised.value.remedy == "fetch it again"
    assert count > 400_000


@pytest.mark.parametrize("compress", COMPRESSORS, ids=["gzip", "bz2", "xz", "zstd"])
def test_a_damaged_file_is_an_error(compress: Callable[[bytes], bytes], tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(compress(TEXT)[:20] + b"\xff" * 1_000)
    (source,) = find_sources([str(tmp_path / "a.txt")], SUFFIXES)
    with pytest.raises(AnnotatorError, match=r"a\.txt: cannot be read: .") as raised:
        read(source)
    assert raised.value.__cause__ is not None


def test_a_glob_stands_for_the_files_that_match_it(tmp_path: Path) -> None:
    touch(tmp_path, "a/b.txt", "a/c/d.txt", "a/c/e.md", "f.txt")
    found = find_sources([f"{tmp_path}/a/**/*.txt"], SUFFIXES)
    assert [source.name for source in found] == [f"{tmp_path}/a/b.txt", f"{tmp_path}/a/c/d.txt"]
    assert [source.relative for source in found] == [PurePath("a/b.txt"), PurePath("a/c/d.txt")]
    with raises_error(f"{tmp_path}/*.pdf: no file matches this pattern"):
        find_sources([f"{tmp_path}/*.pdf"], SUFFIXES)


def test_uris_of_files_are_read(tmp_path: Path) -> None:
    touch(tmp_path, "a.txt", "sub/b.txt.gz", "c.md")
    (tmp_path / "sub" / "b.txt.gz").write_bytes(gzip.compress(b"Rom"))
    uri = f"file://{tmp_path}"
    found = find_sources([uri], SUFFIXES)
    assert [source.name for source in found] == [f"{uri}/a.txt", f"{uri}/sub/b.txt.gz"]
    assert [read(source) for source in found] == [b"a.txt\n", b"Rom"]
    assert [source.name for source in find_sources([f"{uri}/*.md"], SUFFIXES)] == [f"{uri}/c.md"]
    with raises_error(f"{uri}/no.txt: no such file or folder"):
        find_sources([f"{uri}/no.txt"], SUFFIXES)


def test_a_uri_of_an_unknown_kind_is_refused_without_its_secrets() -> None:
    with pytest.raises(UsageError) as raised:
        find_sources(["nonsense://me:secret@host/x?key=secret"], SUFFIXES)
    assert raised.value.remedy == "use s3://, gs://, hdfs://, hf:// or file://" and "secret" not in str(raised.value)


def test_stdin_is_given_at_most_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_sources(["-"], SUFFIXES) == [STDIN_SOURCE]
    with pytest.raises(UsageError, match=r"stdin \(-\) is given twice, but can be read only once: give it once"):
        find_sources(["-", "-"], SUFFIXES)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Rom\n")))
    assert read(STDIN_SOURCE) == b"Rom\n" and not sys.stdin.buffer.closed
    monkeypatch.setattr(sys, "stdin", None)
    with raises_error("stdin is closed: name a file to read"):
        find_sources(["-"], SUFFIXES)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a.txt", True), ("b/a.TXT.GZ", True), ("a.md", False), (".a.txt", False), (".b/a.txt", False), ("txt", False)],
)
def test_only_visible_files_with_the_suffix_are_input(path: str, expected: bool) -> None:
    assert is_input(PurePath(path), SUFFIXES) == expected


def test_names_can_be_encoded_whatever_the_bytes_of_the_path(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"r\xf6t.txt")
    path.write_bytes(b"Rom\n")
    (source,) = find_sources([str(path)], SUFFIXES)
    (same,) = find_sources([str(tmp_path)], SUFFIXES)
    assert source == same and source.name == f"{tmp_path}/r\\xf6t.txt" and source.relative.name == path.name
    assert read(source) == b"Rom\n"
