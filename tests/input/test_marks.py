"""Whether what was read has changed since."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.errors import RecordError
from annotator.input.marks import Mark, ReadSource, check_unchanged, stamp_of
from annotator.input.records import Input, Position, open_input
from annotator.input.sources import STDIN_SOURCE
from support.raising import raises_error


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_bytes(b'{"text": "one"}\n[]\n{"text": "two", "n": 3}\n')
    return tmp_path


def given(folder: Path) -> Input:
    return open_input([str(folder)])


def marks(given: Input, number: int) -> Iterator[Mark]:
    """The marks after each record of a source."""
    mark = Mark(Position(number))
    for positioned in given.records(number):
        if positioned.position.source == number:
            mark = mark.after(positioned)
            yield mark


def read_whole(given: Input, number: int = 1) -> ReadSource:
    return ReadSource([*marks(given, number)][-1], stamp_of(given.sources[number]))


def test_a_mark_depends_on_every_record_before_it(folder: Path) -> None:
    first = [*marks(given(folder), 0)]
    assert [mark.position for mark in first] == [Position(0, n) for n in (1, 2, 3)]
    (folder / "a.jsonl").write_bytes(b'{"text": "one"}\n{}\n{"text": "two", "n": 3}\n')
    second = [*marks(given(folder), 0)]
    assert first[0] == second[0] and first[1].digest != second[1].digest and first[2].digest != second[2].digest


def test_a_file_that_was_only_touched_or_written_again_is_unchanged(folder: Path) -> None:
    read = read_whole(given(folder))
    check_unchanged(given(folder), read)
    os.utime(folder / "b.jsonl", ns=(5, 5))
    check_unchanged(given(folder), read)
    check_unchanged(given(folder), ReadSource(read.end))


@pytest.mark.parametrize("change", [(b"one", b"onE"), (b"[]", b"{}"), (b"3}\n", b"3}\n{}\n"), (b'{"text": "two"', b"")])
def test_a_file_with_other_records_has_changed(change: tuple[bytes, bytes], folder: Path) -> None:
    read = read_whole(given(folder))
    path = folder / "b.jsonl"
    path.write_bytes(path.read_bytes().replace(*change))
    os.utime(path, ns=(5, 5))
    with raises_error(f"{path}: has changed since the run read it: start again with force"):
        check_unchanged(given(folder), read)


def test_what_follows_does_not_matter_to_what_was_not_read_as_a_whole(folder: Path) -> None:
    path = folder / "b.jsonl"
    middle = ReadSource([*marks(given(folder), 1)][1])
    path.write_bytes(path.read_bytes() + b"[]\n")
    check_unchanged(given(folder), middle, whole=False)
    with raises_error(f"{path}: has changed since the run read it: start again with force"):
        check_unchanged(given(folder), middle)


def test_only_the_source_itself_is_read(folder: Path) -> None:
    read = ReadSource(read_whole(given(folder), 0).end)
    (folder / "b.jsonl").chmod(0)
    (folder / "b.jsonl").unlink()
    check_unchanged(Input([given(folder).sources[0], STDIN_SOURCE], None, given(folder).options), read)


def test_only_files_have_stamps(folder: Path) -> None:
    (source, _) = given(folder).sources
    os.utime(folder / "a.jsonl", ns=(7, 8))
    stamp = stamp_of(source)
    assert stamp is not None and (stamp.size, stamp.modified) == ((folder / "a.jsonl").stat().st_size, 8)
    assert stamp_of(STDIN_SOURCE) is None
    (folder / "a.jsonl").unlink()
    assert stamp_of(source) is None


def test_rejects_are_part_of_the_digest() -> None:
    from annotator.input.records import Positioned

    errors = [RecordError("a:1", "no text", raw) for raw in ("{}", "[]", "{}")]
    first, second, third = (Mark().after(Positioned(error, Position(0, 1))) for error in errors)
    assert first == third != second
