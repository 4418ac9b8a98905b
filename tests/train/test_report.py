"""Tables and the card of a training."""

from __future__ import annotations

from pathlib import Path

from annotator.train.corpora import TaggedSentence
from annotator.train.experiments import Results
from annotator.train.gather import gather
from annotator.train.measure import MICRO, Score
from annotator.train.panx import open_panx
from annotator.train.report import MOST_LABELS, counts_table, results_table, write_run_card
from annotator.train.trainer import Settings
from huggingface_hub import ModelCard
from rich.console import Console
from rich.table import Table

from support.trainings import OWN, no_panx, write_conll

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


def test_what_is_gathered_is_counted(folder: Path, tmp_path: Path) -> None:
    own = write_conll(tmp_path / "own.conll", OWN)
    rows = shown(counts_table(gather(lambda: open_panx(folder), ["de", str(own)], (), [str(own)])))
    assert [row[:3] for row in rows if row and row[0] == "de"] == [["de", s, "30"] for s in ("train", "dev")]
    assert ["own.conll", "train", "9", "18", "9", "0", "0", "0", "9"] in rows
    assert ["own.conll", "(held", "out)", "dev", "1", "2", "1", "0", "0", "0", "1"] in rows
    assert ["own.conll", "test", "10", "20", "10", "0", "0", "0", "10"] in rows


def test_of_many_labels_only_the_sum_is_shown(tmp_path: Path) -> None:
    many = [TaggedSentence(("Rom",), (f"B-L{number}",)) for number in range(MOST_LABELS + 1)] * 5
    rows = shown(counts_table(gather(no_panx, [str(write_conll(tmp_path / "many.conll", many))])))
    assert rows[1] == ["trained", "on", "split", "sentences", "tokens", "entities"]


def test_own_files_have_no_columns_of_languages(tmp_path: Path) -> None:
    score = {"HAFEN": Score(0.5, 0.5, 0.5, 4), MICRO: Score(0.5, 0.5, 0.5, 4)}
    own = Results(
        "run", "panx-mini", {"a/own.conll": 9}, Settings(), [0.5], {"a/own.conll (held out)": score}, 1.0,
        chose_the_epoch=True,
    )  # fmt: skip
    rows = shown(results_table([own]))
    assert rows[0] == ["F1"] and rows[1] == ["trained", "on", "sentences", "base", "own.conll", "(held", "out)"]
    assert ["own.conll", "9", "panx-mini", "0.500"] in rows
    write_run_card(tmp_path, own)
    card = ModelCard.load(tmp_path / "README.md")
    assert card.data.license is None and card.data.language is None
    assert "# panx-mini fine-tuned on own.conll" in card.text and "The same sentences chose the epoch" in card.text
    assert "| own.conll (held out) | 0.500 | 0.500 | 4 |" in card.text and "| own.conll | 9 | own file |" in card.text


def test_the_card_of_a_training_holds_what_was_measured(tmp_path: Path) -> None:
    write_run_card(tmp_path, JOINT)
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "| de | 0.667 | 0.667 | 4 |" in card and "| fr | 2 | PAN-X (WikiANN), balanced" in card
    assert "on dev (0.2500, 0.5000). python 3.11." in card
