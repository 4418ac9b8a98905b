"""Sources -> records with their positions, and the documents among them."""

from __future__ import annotations

import gzip
import io
import os
import sys
from pathlib import Path

import pytest

from annotator.document import Document
from annotator.errors import AnnotatorError, RecordError, UsageError
from annotator.input.records import Position, open_input, read_documents
from support.raising import raises_error


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{name}\n", encoding="utf-8")


def test_a_file_gone_between_finding_and_opening_is_refused(tmp_path: Path) -> None:
    touch(tmp_path, "a.txt")
    documents = read_documents(tmp_path / "a.txt")
    (tmp_path / "a.txt").unlink()
    with raises_error(f"{tmp_path / 'a.txt'}: cannot be read: No such file or directory"):
        next(documents)


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
    with raises_error("/proc/self/mem: cannot be read: Input/output error"):
        next(documents)


def test_records_have_the_positions_after_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_bytes(b"one\n\xff\nthree\n")
    Path("b.txt").write_bytes(b"four\n")
    sizes: list[int] = []
    source_input = open_input(["a.txt", "b.txt"])
    found = list(source_input.records(on_read=sizes.append))
    assert [one.position for one in found] == [Position(0, 1), Position(0, 2), Position(0, 3), Position(1, 1)]
    assert [type(one.record) for one in found] == [Document, RecordError, Document, Document]
    assert sum(sizes) == source_input.size == 17
    assert [one.position for one in source_input.records(1)] == [Position(1, 1)]
    with pytest.raises(RecordError, match=r"^a\.txt:2: not UTF-8"):
        list(source_input.documents())


def test_the_rest_of_a_truncated_source_is_one_error_with_its_remedy(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(os.urandom(20_000).hex().encode() + b"\nRom\n")[:-9])
    touch(tmp_path, "b.txt")
    source_input = open_input([str(path), str(tmp_path / "b.txt")])
    *_, last, following = [positioned.record for positioned in source_input.records()]
    assert isinstance(last, RecordError) and isinstance(following, Document)
    assert (last.origin, last.reason) == (str(path), "cannot be read: the compressed file is truncated")
    assert last.remedy == "fetch it again"


def test_an_input_is_checked_before_it_is_read(tmp_path: Path) -> None:
    touch(tmp_path, "a.txt")
    with raises_error("missing.txt: no such file or folder"):
        open_input([str(tmp_path / "a.txt"), "missing.txt"])
    with pytest.raises(UsageError, match="html"):
        open_input([str(tmp_path / "a.txt")], "html")


def test_the_size_of_an_input_is_known_only_if_all_sizes_are(tmp_path: Path) -> None:
    touch(tmp_path, "a.txt")
    assert open_input([str(tmp_path / "a.txt")] * 2).size == 12
    assert open_input([str(tmp_path / "a.txt"), "-"]).size is None
