"""Which graph of a folder serves which precision."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.engines.graphs import EXACT_FILE, INT8_FILE, find_graph


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ((), {"auto": None, "exact": None, "int8": None, "bf16": None}),
        ((EXACT_FILE,), {"auto": EXACT_FILE, "exact": EXACT_FILE, "int8": None, "bf16": None}),
        ((EXACT_FILE, INT8_FILE), {"auto": INT8_FILE, "exact": EXACT_FILE, "int8": INT8_FILE, "bf16": None}),
    ],
)
def test_int8_comes_before_float32(tmp_path: Path, files: tuple[str, ...], found: dict[str, str | None]) -> None:
    for name in files:
        (tmp_path / name).touch()
    assert {precision: find_graph(tmp_path, precision) for precision in found} == found
