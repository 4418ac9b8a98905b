"""The notebook docs/tour.ipynb: it runs from top to bottom, and what is committed of its outputs is small and clean."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import nbformat
import pytest

from support.paths import ROOT, SAMPLES

TOUR = ROOT / "docs" / "tour.ipynb"
LARGEST = 200_000  # bytes
SECONDS = 1_800  # a guard, for a busy machine; on a quiet one, all cells take about two minutes
# Places of a machine, bars of progress, and codes of a terminal.
UNCLEAN = re.compile(r"(?<![\w.])/(home|root|tmp|usr|var|Users|work)/|\d+%\||it/s|\x1b\[")


def printed(notebook: nbformat.NotebookNode) -> list[str]:
    """What each cell of code printed."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return ["".join(output.get("text", "") for output in cell.outputs) for cell in cells]


def test_what_is_committed_is_small_and_clean() -> None:
    assert TOUR.stat().st_size < LARGEST
    notebook = nbformat.read(TOUR, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    shown = [output.get("data", {}).get("text/plain", "") for cell in cells for output in cell.outputs]
    assert not UNCLEAN.search("\n".join([*printed(notebook), *shown]))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [output for output in outputs if output.get("name") == "stderr" or output.output_type == "error"]
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 2


@pytest.mark.slow
def test_it_runs_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = pytest.importorskip("nbclient")
    (tmp_path / "samples").symlink_to(SAMPLES)
    (tmp_path / "docs").mkdir()
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # threads that wait for each other are slow beside other tests
    committed = nbformat.read(TOUR, as_version=4)  # type: ignore[no-untyped-call]
    run = nbformat.read(TOUR, as_version=4)  # type: ignore[no-untyped-call]
    client.NotebookClient(run, timeout=SECONDS, resources={"metadata": {"path": str(tmp_path / "docs")}}).execute()
    before, after = printed(committed), printed(run)
    training = next(number for number, text in enumerate(before) if "held out" in text)
    assert after[:training] == before[:training]
    # What follows rests on a training, whose figures differ a little from one processor to another.
    scores = [float(f1) for f1 in re.findall(r"^\w+ +F1 (0\.\d+)", "".join(after[training:]), re.MULTILINE)]
    assert len(scores) == 5 and sum(scores) / 5 > 0.4, scores
