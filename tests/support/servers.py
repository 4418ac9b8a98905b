"""Servers on this machine that do not do what they should."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

FAILURE = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@contextmanager
def server(answer: bytes = b"", called: threading.Event | None = None) -> Iterator[str]:
    """Host and port of a server that gives each request this answer; without one, it accepts and never answers.

    `called` is set once somebody has sent something.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    accepted: list[socket.socket] = []

    def serve(connection: socket.socket) -> None:
        with suppress(OSError):
            while connection.recv(65_536):
                if called:
                    called.set()
                if answer:
                    connection.sendall(answer)
                    connection.shutdown(socket.SHUT_WR)

    def accept() -> None:
        with suppress(OSError):  # until the socket is closed
            while True:
                connection, _ = listening.accept()
                accepted.append(connection)
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    host, port = listening.getsockname()
    try:
        yield f"{host}:{port}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for connection in accepted:
            connection.close()


@contextmanager
def closed_port() -> Iterator[str]:
    """Host and port where nobody listens: the port is taken, so that nobody else will."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        host, port = taken.getsockname()
        yield f"{host}:{port}"
