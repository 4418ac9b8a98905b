"""The peak memory of this process."""

from __future__ import annotations

import subprocess
import sys

import psutil

from annotator.system.memory import peak_memory


def test_the_peak_is_at_least_what_is_taken_now() -> None:
    peak = peak_memory()
    assert peak is not None and peak >= psutil.Process().memory_info().rss * 0.9


def test_a_child_does_not_inherit_the_peak() -> None:
    block = bytearray(300_000_000)
    block[::4096] = b"x" * len(block[::4096])
    code = "from annotator.system.memory import peak_memory; print(peak_memory())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    peak = peak_memory()
    assert peak is not None and int(done.stdout) < peak - 100_000_000
