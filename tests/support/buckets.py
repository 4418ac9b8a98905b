"""Buckets on this machine: an S3 server, and a stand-in for the file system of the Hugging Face Hub."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fsspec import register_implementation
from fsspec.implementations.dirfs import DirFileSystem
from fsspec.implementations.local import LocalFileSystem
from fsspec.registry import _registry  # what is registered cannot be taken back otherwise


@contextmanager
def s3_server(*buckets: str) -> Iterator[str]:
    """The host and port of a server with these buckets, for the user `me` and the secret `very-secret`."""
    moto = pytest.importorskip("moto.server", reason="no S3 server is installed here")
    running = moto.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    system = s3_system(f"{host}:{port}", allow_bucket_creation=True)
    for bucket in buckets:
        system.create_dir(bucket)
    try:
        yield f"{host}:{port}"
    finally:
        running.stop()


def s3_system(server: str, **options: bool) -> Any:
    """The file system of such a server."""
    from pyarrow.fs import S3FileSystem

    return S3FileSystem(
        access_key="me", secret_key="very-secret", endpoint_override=server, scheme="http", **options
    )  # fmt: skip


def s3_uri(path: str, server: str) -> str:
    """The URI of a path, of which the first part is the bucket."""
    return f"s3://me:very-secret@{path}?endpoint_override={server}&scheme=http"


@contextmanager
def hub_in(folder: Path) -> Iterator[None]:
    """`hf://` stands for files in this folder, by the interface that `HfFileSystem` has."""

    class Hub(DirFileSystem):  # type: ignore[misc]  # fsspec has no types
        protocol = "hf"
        cachable = False

        def __init__(self, *_args: Any, **_options: Any) -> None:
            super().__init__(str(folder), LocalFileSystem(auto_mkdir=True))

    before = _registry.get("hf")
    register_implementation("hf", Hub, clobber=True)
    try:
        yield
    finally:
        _registry.pop("hf")
        if before is not None:
            _registry["hf"] = before
