"""Files that survive, and that are never written through a link."""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path

import pytest

from annotator.files import durable


@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to])
def test_a_new_file_takes_the_place_of_a_link_and_not_of_what_it_leads_to(link: object, tmp_path: Path) -> None:
    victim, path = tmp_path / "victim", tmp_path / "new"
    victim.write_bytes(b"mine")
    link(path, victim)  # type: ignore[operator]
    with durable.create(path) as stream:
        stream.write(b"new")
    assert (victim.read_bytes(), path.read_bytes(), path.is_symlink()) == (b"mine", b"new", False)


def test_a_symbolic_link_is_not_opened_again(tmp_path: Path) -> None:
    (tmp_path / "victim").touch()
    (tmp_path / "link").symlink_to(tmp_path / "victim")
    with pytest.raises(OSError, match="symbolic link"):
        durable.reopen(tmp_path / "link")
    with durable.reopen(tmp_path / "victim") as stream:
        stream.write(b"1")


def test_a_name_is_durable_once_the_file_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"a")
    synced: list[str] = []
    monkeypatch.setattr(
        os, "fsync", lambda descriptor: synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
    )
    durable.rename(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"a" and synced == [str(tmp_path)]
    durable.sync_folder(tmp_path / "missing")


def test_a_digest_is_that_of_the_bytes_read(tmp_path: Path) -> None:
    content = bytes(range(256)) * 9_000  # more than a block
    (tmp_path / "a").write_bytes(content)
    for length, expected in ((None, content), (5, content[:5]), (1 << 21, content[: 1 << 21]), (9**9, content)):
        digest = durable.new_digest()
        with (tmp_path / "a").open("rb", buffering=0) as stream:
            assert durable.read_into(digest, stream, length) == len(expected)
        assert digest.hexdigest() == blake2b(expected, digest_size=16).hexdigest()
