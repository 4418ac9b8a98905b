"""Folders of an output, on a disk and at URIs: files appear whole, and servers that fail are asked again."""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotator.errors import AnnotatorError
from annotator.output import folders
from annotator.output.folders import Folder, LocalFolder, RemoteFolder
from annotator.system.calls import SECONDS_VARIABLE
from support.buckets import hub_in, s3_server, s3_system, s3_uri
from support.servers import FAILURE, closed_port
from support.servers import server as serving

KINDS = ("local", "s3", "hf", "file")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with s3_server("bucket") as address:
        yield address


@pytest.fixture(params=KINDS)
def folder(request: pytest.FixtureRequest, server: str, tmp_path: Path) -> Iterator[Folder]:
    folders._opened.cache_clear()
    if request.param == "local":
        (tmp_path / "out").mkdir()
        yield LocalFolder(tmp_path / "out")
    elif request.param == "s3":
        yield RemoteFolder(s3_uri(f"bucket/{tmp_path.name}/", server))
    elif request.param == "file":
        yield RemoteFolder(f"file://{tmp_path}/out/")
    else:
        with hub_in(tmp_path):
            yield RemoteFolder("hf://datasets/me/out/")


def test_files_are_written_read_listed_and_removed(folder: Folder, tmp_path: Path) -> None:
    assert folder.sizes() == {} and folder.read("a") is None and folder.size("a") is None
    folder.write(".plan", b"plan")
    folder.write(".plan", b"another")
    assert folder.read(".plan") == b"another" and folder.size(".plan") == 7
    if isinstance(folder, RemoteFolder):
        (tmp_path / "shard").write_bytes(b"x" * 100_000)
        folder.put(tmp_path / "shard", "sub/a.conll")
        folder.put(tmp_path / "shard", "sub/a.conll")
        assert folder.sizes() == {".plan": 7, "sub/a.conll": 100_000}
        with folder.open("sub/a.conll") as stream:
            assert stream.read(9) == b"x" * 9 and len(stream.read()) == 99_991
        folder.remove("sub/a.conll")
    folder.remove("sub/none")
    assert folder.sizes() == {".plan": 7}
    with pytest.raises(AnnotatorError, match=r"none.*: cannot be read"), folder.open("none"):
        pass
    assert pickle.loads(pickle.dumps(folder)) == folder and "secret" not in folder.name


def test_half_an_upload_leaves_nothing(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "WAITS", ())
    monkeypatch.setattr(folders, "_BLOCK_BYTES", 6_000_000)  # more than the least part of an upload
    folder = RemoteFolder(s3_uri("bucket/half/", server))

    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            block = super().read(size)
            if not block:
                raise OSError(5, "Input/output error")
            return block

    with pytest.raises(AnnotatorError, match="half/a: cannot be written: Input/output error: check the address"):
        folder._upload("a", lambda: Failing(bytes(13_000_000)), 13_000_000)
    assert folder.sizes() == {}


def test_a_call_that_fails_is_made_again(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "WAITS", (0.0, 0.0))
    folder = RemoteFolder(s3_uri("bucket/again/", server))
    calls: list[object] = []
    upload = folders._upload

    def failing(*args: Any) -> None:
        calls.append(args)
        if len(calls) < 3:
            raise OSError(104, "Connection reset by peer")
        upload(*args)

    monkeypatch.setattr(folders, "_upload", failing)
    folder.write("a", b"here")
    assert len(calls) == 3 and folder.read("a") == b"here"


@pytest.mark.parametrize("failure", ["no bucket", "closed", "fails"])
def test_a_bucket_that_refuses_is_one_line(failure: str, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "WAITS", (0.0,))
    monkeypatch.setenv(SECONDS_VARIABLE, "3")
    with closed_port() as closed, serving(FAILURE) as failing:
        address = {"no bucket": server, "closed": closed, "fails": failing}[failure]
        with pytest.raises(AnnotatorError) as raised:
            RemoteFolder(s3_uri("nowhere/out/", address)).write("a", b"x")
    said = str(raised.value)
    assert said.startswith("s3://nowhere/out/") and "secret" not in said and "\n" not in said
    assert said.endswith(
        "check the address, the credentials and the network, and then give the same command with resume"
    )
    assert s3_system(server).get_file_info("bucket").is_file is False
