"""A file that grows under a temporary name."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.errors import AnnotatorError
from annotator.output.growing_file import GrowingFile


def test_a_file_gets_its_name_when_it_is_finished(tmp_path: Path) -> None:
    path, growing = tmp_path / "out", tmp_path / "out.partial"
    file = GrowingFile(path, growing)
    file.write(b"one")
    assert file.sync() == 3 and growing.read_bytes() == b"one" and not path.exists()
    file.finish()
    assert path.read_bytes() == b"one" and not growing.exists()


def test_what_comes_after_the_length_is_cut_off(tmp_path: Path) -> None:
    path, growing = tmp_path / "out", tmp_path / "out.partial"
    growing.write_bytes(b"one, and half of tw")
    file = GrowingFile(path, growing, length=3)
    file.write(b", two")
    file.finish()
    assert path.read_bytes() == b"one, two"


def test_a_file_that_has_its_name_already_grows_again(tmp_path: Path) -> None:
    path, growing = tmp_path / "out", tmp_path / "out.partial"
    path.write_bytes(b"one")
    GrowingFile(path, growing, length=3).close()
    assert growing.read_bytes() == b"one" and not path.exists()


@pytest.mark.parametrize("content", [None, b"on"])
def test_a_file_that_is_missing_or_too_short_is_refused(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "out.partial").write_bytes(content)
    with pytest.raises(AnnotatorError, match="is missing or shorter than it was: start again with force"):
        GrowingFile(tmp_path / "out", tmp_path / "out.partial", length=3)


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnnotatorError, match="cannot be written: No such file or directory"):
        GrowingFile(tmp_path / "no" / "out", tmp_path / "no" / "out.partial")
