"""The lock of an output."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.errors import AnnotatorError
from annotator.run.lock import locked


def test_a_second_run_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    path, lock_path = tmp_path / "out.conll", tmp_path / "out.conll.lock"
    with (
        locked(path, lock_path),
        pytest.raises(AnnotatorError, match="another run is writing it: wait, or name another output"),
        locked(path, lock_path),
    ):
        pytest.fail("both have the lock")
    with locked(path, lock_path):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no /proc here")
def test_a_lock_that_cannot_be_made_is_not_taken_for_one_that_is_held() -> None:
    with (
        pytest.raises(
            AnnotatorError, match=r"^/proc/x: cannot be written: its lock /proc/\.x\.lock cannot be made: No such"
        ),
        locked(Path("/proc/x"), Path("/proc/.x.lock")),
    ):
        pytest.fail("there can be no file in /proc")


def test_a_folder_of_shards_is_created_but_not_that_of_a_file(tmp_path: Path) -> None:
    with locked(tmp_path / "shards", tmp_path / "shards" / ".lock"):
        assert (tmp_path / "shards").is_dir()
    with (
        pytest.raises(AnnotatorError, match="there is no folder"),
        locked(tmp_path / "no" / "out.conll", tmp_path / "no" / "out.conll.lock"),
    ):
        pytest.fail("there is no folder to lock")
    assert not (tmp_path / "no").exists()
