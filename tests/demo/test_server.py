"""Serving: addresses, and how it ends."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import httpx
import pytest

pytest.importorskip("gradio", reason="needs the extra demo")

from annotator.demo.server import is_loopback
from support.browser import LONGEST, served


def test_loopback_is_known_by_its_addresses() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.1.2.3", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.168.1.2", "example.org")))


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_in_one_line_and_leaves_nothing_behind(number: signal.Signals, tmp_path: Path) -> None:
    with served(TMPDIR=str(tmp_path)) as (address, process):
        uploaded = [("files", ("a.txt", b"Bern\n"))]
        assert httpx.post(f"{address}gradio_api/upload", files=uploaded, timeout=LONGEST).status_code == 200
        assert [path.name for path in tmp_path.rglob("*.txt")] == ["a.txt"]
        process.send_signal(number)
        _, said = process.communicate(timeout=LONGEST)
    assert process.returncode == 0 and said.endswith("annotate: the page is closed\n") and "Traceback" not in said
    assert not list(tmp_path.rglob("*.txt"))
    with socket.create_server(("127.0.0.1", int(address.rstrip("/").rpartition(":")[2]))):
        pass
