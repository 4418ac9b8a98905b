"""Serving the page on this machine, until Ctrl-C."""

from __future__ import annotations

import errno
import os
import socket
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

import gradio as gr
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from annotator.demo.page import CSS, theme
from annotator.errors import AnnotatorError

LOOPBACK = "127.0.0.1"
PORT = 7860  # Gradio's own, which a Hugging Face Space expects
# The browser loads nothing from elsewhere, whatever the page or a text in it says. Gradio's own scripts evaluate code.
POLICY = (
    b"default-src 'self' data: blob:; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    b"style-src 'self' 'unsafe-inline'; object-src 'none'; form-action 'self'; base-uri 'self'"
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where the page is served. Port 0 stands for any that is free."""

    host: str = LOOPBACK
    port: int = PORT


def is_loopback(host: str) -> bool:
    """Whether only this machine can open a page that is served at this address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name
        return host == "localhost"


def serve(page: gr.Blocks, at: Address, largest_upload: int, say: Callable[[str], None], browser: bool) -> None:
    """Serve the page until the process is interrupted; `say` gets its address once it can be opened.

    `largest_upload` is in bytes. Raises AnnotatorError if the address cannot be used.
    """
    port = _free_port(at)
    _, url, _ = page.launch(
        server_name=at.host, server_port=port, prevent_thread_lock=True, quiet=True, share=False, ssr_mode=False,
        theme=theme(), css_paths=CSS, footer_links=[], run_history=False, pwa=False, show_error=True,
        max_file_size=largest_upload, app_kwargs={"middleware": [Middleware(_WithPolicy)]},
    )  # fmt: skip
    say(f"the page is at {url} (Ctrl-C ends it)")
    if browser:
        webbrowser.open(url)
    try:
        threading.Event().wait()
    finally:
        page.close(verbose=False)


def _free_port(at: Address) -> int:
    """The port of the address, or a free one for 0. Raises AnnotatorError if it cannot be used."""
    try:
        with socket.create_server((at.host, at.port)) as taken:
            port: int = taken.getsockname()[1]
            return port
    except (OSError, OverflowError) as error:
        # Python adds the address to the reason, which the message has already.
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        in_use = getattr(error, "errno", None) == errno.EADDRINUSE
        remedy = "choose another {port}; 0 stands for any that is free" if in_use else "choose another {host} or {port}"
        raise AnnotatorError(f"{at.host}:{at.port}: cannot be used ({reason})", remedy) from error


class _WithPolicy:
    """Adds the policy to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"content-security-policy", POLICY)]
            await send(message)

        await self._app(scope, receive, send_with_policy)
