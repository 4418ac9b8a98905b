"""A file that grows under a temporary name."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.errors import AnnotatorError
from annotator.output.growing_file import Extent, GrowingFile, extent_of


def kept(content: bytes, folder: Path) -> Extent:
    (folder / "as it was").write_bytes(content)
    return extent_of(folder / "as it was")


def test_a_file_gets_its_name_when_it_is_finished(tmp_path: Path) -> None:
    path, growing = tmp_path / "out", tmp_path / "out.partial"
    file = GrowingFile(path, growing)
    file.write(b"one")
    assert file.sync() == extent_of(growing) and growing.read_bytes() == b"one" and not path.exists()
    file.finish()
    assert path.read_bytes() == b"one" and not growing.exists()


def test_what_comes_after_the_length_is_cut_off(tmp_path: Path) -> None:
    path, growing = tmp_path / "out", tmp_path / "out.partial"
    growing.write_bytes(b"one, and half of tw")
    file = GrowingFile(path, growing, kept(b"one", tmp_path))
    file.write(b", two")
    assert file.sync() == kept(b"one, two", tmp_path)
    file.finish()
    assert path.read_bytes() == b"one, two"


def test_a_file_that_has_its_name_already_grows_again(tmp_path: Path) -> None:
    path, growing = tmp_path / "out", tmp_path / "out.partial"
    path.write_bytes(b"one")
    GrowingFile(path, growing, kept(b"one", tmp_path)).close()
    assert growing.read_bytes() == b"one" and not path.exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "is missing"), (b"on", "is shorter than it was"), (b"onE", "has changed since the run wrote it")],
)
def test_a_file_that_does_not_begin_as_it_should_is_refused(content: bytes | None, says: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "out.partial").write_bytes(content)
    with pytest.raises(AnnotatorError, match=rf"out\.partial: {says}: start again with force instead of resume"):
        GrowingFile(tmp_path / "out", tmp_path / "out.partial", kept(b"one", tmp_path))
    if content is not None:
        assert (tmp_path / "out.partial").read_bytes() == content


@pytest.mark.parametrize("resumed", [False, True])
def test_what_a_link_leads_to_is_not_written(resumed: bool, tmp_path: Path) -> None:
    path, growing, victim = tmp_path / "out", tmp_path / "out.partial", tmp_path / "victim"
    victim.write_bytes(b"one, and more")
    growing.symlink_to(victim)
    if resumed:
        with pytest.raises(AnnotatorError, match="cannot be written: Too many levels of symbolic links"):
            GrowingFile(path, growing, kept(b"one", tmp_path))
    else:
        file = GrowingFile(path, growing)
        file.write(b"two")
        file.finish()
        assert path.read_bytes() == b"two" and not path.is_symlink()
    assert victim.read_bytes() == b"one, and more"


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnnotatorError, match="cannot be written: No such file or directory"):
        GrowingFile(tmp_path / "no" / "out", tmp_path / "no" / "out.partial")
