"""A hook that notes every attempt to use the network and refuses it."""

from __future__ import annotations

from pathlib import Path

# Python imports this at its start. What code makes of the error does not matter: the attempt is in the file ATTEMPTS.
# With LOOPBACK set, what stays on this machine is allowed.
FORBIDDING = """
import os, socket

LOOPBACK = ("127.0.0.1", "localhost") if "LOOPBACK" in os.environ else ()

def note(what, args):
    with open(os.environ["ATTEMPTS"], "a") as attempts:
        attempts.write(f"{what}: {args[-2:]}\\n")
    raise OSError(f"no {what} here")

def forbid_lookup(lookup):
    def attempt(host, *args, **kwargs):
        return lookup(host, *args, **kwargs) if host in LOOPBACK else note("getaddrinfo", (host, *args))
    return attempt

def forbid_all_but_local(what, method):
    def attempt(self, *args):
        local = self.family == socket.AF_UNIX or (self.family == socket.AF_INET and args[-1][0] in LOOPBACK)
        return method(self, *args) if local else note(what, args)
    return attempt

socket.getaddrinfo = forbid_lookup(socket.getaddrinfo)
for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, forbid_all_but_local(name, getattr(socket.socket, name)))
"""


def write_hook(folder: Path) -> None:
    """Put the hook into a folder, which belongs into PYTHONPATH."""
    (folder / "sitecustomize.py").write_text(FORBIDDING)
