"""Inputs at URIs: from an S3 server that runs on this machine, and from servers that refuse, are silent or fail."""

from __future__ import annotations

import gzip
import json
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from annotator.system.calls import SECONDS_VARIABLE
from support.cli_runs import COMMAND, ENVIRONMENT, annotate, annotate_apart, refused
from support.servers import FAILURE, closed_port
from support.servers import server as serving

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


# An input at each kind of remote source, on a server whose address is put in.
REMOTE = {
    "s3": "s3://me:very-secret@corpus/in/a.txt?endpoint_override={}&scheme=http&region=us-east-1",
    "s3-region": "s3://me:very-secret@corpus/in/a.txt?endpoint_override={}&scheme=http",
    "gs": "gs://anonymous@corpus/in/a.txt?endpoint_override={}&scheme=http",
    "hf": "hf://datasets/corpus/in/a.txt",
}
SERVERS: dict[str, Callable[[], AbstractContextManager[str]]] = {
    "refuses": closed_port,
    "is silent": serving,
    "fails": lambda: serving(FAILURE),
}


@pytest.mark.parametrize("what", SERVERS)
@pytest.mark.parametrize("kind", REMOTE)
def test_a_server_that_does_not_serve_is_one_line_in_time(kind: str, what: str) -> None:
    with SERVERS[what]() as address:
        name = REMOTE[kind].format(address)
        variables = {SECONDS_VARIABLE: "3", "HF_ENDPOINT": f"http://{address}", "HF_HUB_OFFLINE": "0"}
        # Its time limit of 300 seconds is only there for a process that hangs.
        says = refused(annotate_apart(name, "--engine", "null", stdin=b"", **variables), 1)
    shown = name.partition("?")[0].replace("me:very-secret@", "").replace("anonymous@", "")
    assert says.startswith(f"{shown}: cannot be read: ") and "check the address and the network" in says
    assert "secret" not in says and "error_info" not in says


@pytest.mark.parametrize(
    ("sent", "code", "says"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
@pytest.mark.parametrize("kind", ["s3", "gs"])
def test_a_signal_ends_the_wait_for_a_silent_server(kind: str, sent: signal.Signals, code: int, says: str) -> None:
    called = threading.Event()
    with serving(called=called) as address:
        process = subprocess.Popen(
            [str(COMMAND), REMOTE[kind].format(address), "--engine", "null"],
            env=ENVIRONMENT | {SECONDS_VARIABLE: "3000"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  a background job ignores it
        )
        assert called.wait(300)
        process.send_signal(sent)
        assert process.communicate(timeout=300) == ("", f"annotate: {says}\n")
    assert process.returncode == code


def test_a_server_that_falls_silent_while_it_is_read_is_one_line() -> None:
    """The object is there, but its bytes never come."""
    head = (
        b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nETag: "1"\r\nLast-Modified: Mon, 02 Nov 2026 00:00:00 GMT\r\n\r\n'
    )
    with serving(head) as address:
        run = annotate_apart(REMOTE["s3"].format(address), "--engine", "null", stdin=b"", **{SECONDS_VARIABLE: "3"})
    assert "s3://corpus/in/a.txt: cannot be read: " in refused(run, 1)
