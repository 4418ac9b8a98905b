"""Tables and the card of a training."""

from __future__ import annotations

from pathlib import Path

from annotator.train.experiments import Results
from annotator.train.measure import MICRO, Score
from annotator.train.panx import open_panx
from annotator.train.report import counts_table, results_table, write_run_card
from annotator.train.trainer import Settings
from rich.console import Console
from rich.table import Table

JOINT = Results(
    "joint", "models/[small]_base", {"de": 3, "fr": 2}, Settings(), [0.25, 0.5],
    {"de": {"PER": Score(0.5, 1.0, 2 / 3, 4), MICRO: Score(0.5, 1.0, 2 / 3, 4)}}, 1.0, {"python": "3.11"},
)  # fmt: skip


def shown(table: Table, width: int = 120) -> list[list[str]]:
    console = Console(width=width, color_system=None)
    with console.capture() as captured:
        console.print(table)
    return [line.split() for line in captured.get().splitlines()]


def test_measured_figures_stand_beside_the_published_ones() -> None:
    rows = shown(results_table([JOINT]))
    assert ["de", "+", "fr", "5", "[small]_base", "0.667", "(-0.199)", "-", "-", "-"] in rows
    assert ["published", "xlm-roberta-base", "0.866", "0.860", "0.816", "0.677"] in rows


def test_no_figure_is_cut_in_80_columns() -> None:
    words = {word for row in shown(results_table([JOINT]), width=80) for word in row}
    assert {"published", "sentences", "0.667", "(-0.199)", "0.866", "0.860", "0.816", "0.677"} <= words


def test_counts_of_a_language_that_is_missing_are_dashes(folder: Path) -> None:
    rows = shown(counts_table(open_panx(folder), ["de", "it"]))
    assert [row[:3] for row in rows if row and row[0] == "de"] == [["de", s, "30"] for s in ("train", "dev", "test")]
    assert ["it", *["-"] * 6] in rows


def test_the_card_of_a_training_holds_what_was_measured(tmp_path: Path) -> None:
    write_run_card(tmp_path, JOINT)
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "| de | 0.667 | 0.667 | 4 |" in card and "| fr | 2 | PAN-X (WikiANN), balanced" in card
    assert "on dev (0.2500, 0.5000). python 3.11." in card
