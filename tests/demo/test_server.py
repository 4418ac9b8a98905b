"""Serving: addresses, and how it ends."""

from __future__ import annotations

import signal
import socket

import pytest

pytest.importorskip("gradio", reason="needs the extra demo")

from annotator.demo.server import is_loopback
from support.browser import LONGEST, served


def test_loopback_is_known_by_its_addresses() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.1.2.3", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.168.1.2", "example.org")))


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_in_one_line_and_gives_the_port_back(number: signal.Signals) -> None:
    with served() as (address, process):
        process.send_signal(number)
        _, said = process.communicate(timeout=LONGEST)
    assert process.returncode == 0 and said.endswith("annotate: the page is closed\n") and "Traceback" not in said
    with socket.create_server(("127.0.0.1", int(address.rstrip("/").rpartition(":")[2]))):
        pass
