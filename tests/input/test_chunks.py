"""Records -> chunks, from any mark on, with the digest of what was read before."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import TypeVar

import pytest

from annotator.errors import AnnotatorError, RecordError
from annotator.input.chunks import Chunk, read_chunks
from annotator.input.marks import Mark
from annotator.input.records import Input, Position, open_input
from annotator.prepare.chunk_sizes import ChunkSizes

T = TypeVar("T")
SIZES = ChunkSizes(full=40, first=10, record=5, long=100)
LINES = [f"line {i}" for i in range(20)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sources of ten lines each."""
    for name, lines in (("a.txt", LINES[:10]), ("b.txt", LINES[10:])):
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return tmp_path


def chunks(folder: Path, start: Mark | None = None, limit: int | None = None, skip_errors: bool = False) -> list[Chunk]:
    return list(read_chunks(given(folder), start or Mark(), SIZES, limit, skip_errors))


def given(folder: Path) -> Input:
    return open_input([str(folder)])


def flat(lists: Iterable[list[T]]) -> list[T]:
    return list(chain.from_iterable(lists))


def texts(found: list[Chunk]) -> list[list[str]]:
    return [[document.text for document in chunk.documents] for chunk in found]


def test_chunks_hold_every_record_and_count_what_was_read(folder: Path) -> None:
    found = chunks(folder)
    assert flat(texts(found)) == LINES
    assert [len(chunk.documents) for chunk in found] == [1, 4, 4, 4, 4, 3]
    assert flat(chunk.sources for chunk in found) == [0] * 10 + [1] * 10
    assert found[-1].end.position == Position(1, 10)
    assert found[-1].bytes_read == given(folder).size
    assert all(chunk.characters == sum(map(len, text)) for chunk, text in zip(found, texts(found), strict=True))


@pytest.mark.parametrize("number", range(5))
def test_reading_continues_after_the_mark_of_any_chunk(folder: Path, number: int) -> None:
    found = chunks(folder)
    following = chunks(folder, found[number].end)
    assert texts(following) == texts(found)[number + 1 :]
    assert [chunk.end for chunk in following] == [chunk.end for chunk in found[number + 1 :]]
    assert following[-1].bytes_read == found[-1].bytes_read


@pytest.mark.parametrize("change", ["other text", "missing lines"])
def test_records_that_have_changed_before_the_mark_are_refused(folder: Path, change: str) -> None:
    end = chunks(folder)[1].end
    raw = (folder / "a.txt").read_bytes()
    (folder / "a.txt").write_bytes(b"L" + raw[1:] if change == "other text" else b"line 0\n")
    with pytest.raises(AnnotatorError) as raised:
        chunks(folder, end)
    assert raised.value.message == f"{folder / 'a.txt'}: has changed since the run read it"
    assert raised.value.remedy == "start again with {force}"


def test_a_limit_counts_records(folder: Path) -> None:
    assert flat(texts(chunks(folder, limit=7))) == LINES[:7]
    assert chunks(folder, limit=0) == []


def test_a_record_that_cannot_be_read_comes_after_all_before_it_or_is_rejected(folder: Path) -> None:
    (folder / "a.txt").write_bytes(b"one\ntwo\n\xff\nfour\n")
    found: list[Chunk] = []
    reading = read_chunks(given(folder), Mark(), SIZES)
    with pytest.raises(RecordError, match="not UTF-8"):
        while True:
            found.append(next(reading))
    assert flat(texts(found)) == ["one", "two"]
    skipped = chunks(folder, skip_errors=True)
    assert flat(texts(skipped)) == ["one", "two", "four", *LINES[10:]]
    (rejected,) = [error for chunk in skipped for error in chunk.rejected]
    assert str(rejected.origin) == f"{folder / 'a.txt'}:3"
    assert skipped[0].end.position == Position(0, 2)


def test_a_long_document_is_a_chunk_of_its_own(folder: Path) -> None:
    (folder / "a.txt").write_bytes(b"one\n" + b"x" * 101 + b"\ntwo\n")
    assert texts(chunks(folder))[:3] == [["one"], ["x" * 101], ["two", *LINES[10:13]]]
