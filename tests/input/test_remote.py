"""Inputs from an S3 server that runs on this machine."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.cli_runs import annotate, refused

TEXTS = {"a.txt": b"Angela Merkel\n", "sub/b.txt.gz": gzip.compress(b"Paris\nRom\n"), "notes.pdf": b"no"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The host and port of a server whose bucket `corpus` holds TEXTS below `in/`."""
    moto = pytest.importorskip("moto.server", reason="no S3 server is installed here")
    from pyarrow.fs import S3FileSystem

    running = moto.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    system = S3FileSystem(
        access_key="me",
        secret_key="very-secret",
        endpoint_override=f"{host}:{port}",
        scheme="http",
        allow_bucket_creation=True,
    )
    system.create_dir("corpus")
    for name, raw in TEXTS.items():
        with system.open_output_stream(f"corpus/in/{name}", compression=None) as stream:
            stream.write(raw)
    yield f"{host}:{port}"
    running.stop()


def uri(path: str, server: str) -> str:
    return f"s3://me:very-secret@corpus/{path}?endpoint_override={server}&scheme=http"


def ids(out: bytes) -> list[str]:
    return [json.loads(line)["id"] for line in out.splitlines()]


def test_objects_folders_and_patterns_are_read(server: str) -> None:
    null_options = ("--engine", "null", "-f", "jsonl")
    every = ["s3://corpus/in/a.txt:1", "s3://corpus/in/sub/b.txt.gz:1", "s3://corpus/in/sub/b.txt.gz:2"]
    for name, found in (("in/a.txt", every[:1]), ("in", every), ("in/", every), ("in/*.gz", every[1:])):
        run = annotate(uri(name, server), *null_options)
        assert run.code == 0 and ids(run.out) == found, run.err


def test_a_run_to_a_folder_of_shards_is_resumed(server: str, tmp_path: Path) -> None:
    job = (uri("in/", server), "--engine", "null", "-o", f"{tmp_path}/out/", "-f", "conll")
    assert annotate(*job).code == 0
    assert sorted(p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.conll"))
    again = annotate(*job, "--resume")
    assert again.code == 0 and "nothing left to do" in again.err
    assert "very-secret" not in "".join(p.read_text() for p in (tmp_path / "out").rglob("*") if p.is_file())


@pytest.mark.parametrize(("name", "what"), [("in/none.txt", "no such file"), ("in/*.csv", "no file matches")])
def test_a_missing_object_is_an_error_without_the_secret(name: str, what: str, server: str) -> None:
    says = refused(annotate(uri(name, server), "--engine", "null"), 1)
    assert f"s3://corpus/{name}: {what}" in says and "secret" not in says


def test_a_missing_server_is_an_error_of_one_line() -> None:
    says = refused(annotate(uri("in/a.txt", "127.0.0.1:9"), "--engine", "null"), 1)
    assert "s3://corpus/in/a.txt: cannot be read: " in says and "secret" not in says
