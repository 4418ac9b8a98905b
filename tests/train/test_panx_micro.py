"""The recipe of the small model."""

from __future__ import annotations

from pathlib import Path

import pytest
from annotator.train import panx_micro, panx_mini
from annotator.train.measure import MICRO, Score
from annotator.train.publish import Adjustment
from annotator.train.release import TEST_LANGUAGES, Released
from click.testing import CliRunner

from annotator import Annotator
from support.trainings import GOLD, write_conll

RELEASED = Released(Adjustment(0.25, 1.25), {"panx/de test": {MICRO: Score(0.5, 0.5, 0.5, 7)}}, [])


def write_data(folder: Path) -> Path:
    """All that the recipe reads, made of the gold sample."""
    for corpus in panx_micro.WORDS:
        write_conll(folder / corpus / "train.tsv", GOLD[:6])
    for lang in TEST_LANGUAGES:
        write_conll(folder / "panx" / lang / "test.tsv", GOLD[:3])
    write_conll(folder / "panx" / "de" / "dev.tsv", GOLD[:5])
    return folder


def test_the_student_reads_the_corpora_of_its_teacher() -> None:
    assert set(panx_micro.WORDS) == set(panx_mini.PASSES)


def test_the_card_tells_data_recipe_and_figures(tmp_path: Path) -> None:
    sections = panx_micro.sections(write_data(tmp_path), RELEASED)
    assert "| panx/de test | 0.500 | 7 |" in sections["Scores"]
    assert all(f"| {corpus} | 6 |" in sections["Data"] for corpus in panx_micro.WORDS)
    assert "Layers 1, 4, 8, 11 of panx-mini" in sections["Recipe"]


@pytest.mark.slow
def test_one_command_makes_the_student(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panx_micro, "LAYERS", (1,))
    output = tmp_path / "out"
    arguments = ["--data", write_data(tmp_path / "data"), "--teacher", tiny, "--output", output]
    assert CliRunner().invoke(panx_micro.main, list(map(str, arguments)), catch_exceptions=False).exit_code == 0
    assert "# panx-micro" in (output / "published" / "README.md").read_text(encoding="utf-8")
    assert Annotator.load(str(output / "published"))("Bern").text == "Bern"
