"""Records of output files that are whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from annotator.output.finished import FinishedFile
from annotator.output.growing_file import extent_of
from support.raising import raises_error


def test_a_file_with_the_same_bytes_has_not_changed_whatever_its_time(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"one")
    record = FinishedFile.of(3, path, extent_of(path))
    assert (record.number, record.extent.length) == (3, 3)
    record.check(path)
    os.utime(path, ns=(5, 5))
    record.check(path)


@pytest.mark.parametrize("content", [b"onE", b"on", b"one more", None])
def test_a_file_that_has_changed_or_is_missing_is_refused(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"one")
    record = FinishedFile.of(0, path, extent_of(path))
    path.unlink()
    if content is not None:
        path.write_bytes(content)
        os.utime(path, ns=(5, 5))
    says = "is missing" if content is None else "has changed since the run wrote it"
    with raises_error(f"{path}: {says}: start again with force"):
        record.check(path)
