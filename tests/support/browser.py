"""A page of `annotate demo` and a browser to look at it: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from support.cli_runs import COMMAND, ENVIRONMENT

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium: apt-get install chromium")
# Chromium refuses to run as root in its sandbox.
FLAGS = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
# A guard: a page that has not come up by then never will. Chromium shares the machine with other tests.
LONGEST = 120.0
_ADDRESS = re.compile(r"annotate: the page is at (http://\S+) ")


@contextmanager
def served(*args: object, **variables: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of the page that `annotate demo ARGS` serves at a free port, and the process; it is ended after."""
    command = [str(COMMAND), "demo", "--no-browser", "--port", "0", *map(str, args)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT | variables)
    guard = threading.Timer(LONGEST, process.kill)
    guard.start()
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        guard.cancel()
        address = _ADDRESS.match(line)
        assert address, line
        yield address[1], process
    finally:
        guard.cancel()
        process.terminate()
        process.wait(LONGEST)
