"""The recipe of the embedded model."""

from __future__ import annotations

from pathlib import Path

import pytest
from annotator.train import panx_mini
from annotator.train.measure import MICRO, Score
from annotator.train.publish import Adjustment
from annotator.train.release import TARGETS, TEST_LANGUAGES, Released
from click.testing import CliRunner

from annotator import Annotator
from support.trainings import GOLD, write_conll

RELEASED = Released(Adjustment(0.75, 1.25), {"panx/de test": {MICRO: Score(0.5, 0.5, 0.5, 7)}}, [])


def write_data(folder: Path) -> Path:
    """All that the recipe reads, made of the gold sample."""
    for corpus in panx_mini.PASSES:
        write_conll(folder / corpus / "train.tsv", GOLD[:6])
    for lang in TEST_LANGUAGES:
        write_conll(folder / "panx" / lang / "test.tsv", GOLD[:3])
    write_conll(folder / "panx" / "de" / "dev.tsv", GOLD[:5])
    return folder


def test_every_target_is_one_of_a_corpus_of_the_recipe() -> None:
    assert set(TARGETS) <= set(panx_mini.CORPORA)


def test_the_card_tells_data_recipe_and_figures(tmp_path: Path) -> None:
    sections = panx_mini.sections(write_data(tmp_path), RELEASED)
    assert "| panx/de test | 0.500 | 7 |" in sections["Scores"]
    assert "ECE if fitted on it" in sections["Calibration"]
    assert all(f"| {corpus} | 6 |" in sections["Data"] for corpus in panx_mini.PASSES)
    assert "+0.75 was added to the bias of `O`, and all logits were divided by 1.25" in sections["Recipe"]


@pytest.mark.slow
def test_one_command_makes_the_model_and_repeats_nothing(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panx_mini, "PIECES", 650)
    data, output = write_data(tmp_path / "data"), tmp_path / "out"
    arguments = ["--data", data, "--base", tiny, "--start", tiny, "--output", output]
    assert CliRunner().invoke(panx_mini.main, list(map(str, arguments)), catch_exceptions=False).exit_code == 0
    published = output / "published"
    assert (published / "README.md").read_text(encoding="utf-8").count("## ") == len(panx_mini.sections(data, RELEASED))
    assert Annotator.load(str(published))("Bern").text == "Bern"
    trained = [output / name / "final" / "model.safetensors" for name in ("decay", "further", "last-1", "last-2")]
    before = [weights.stat().st_mtime_ns for weights in trained]
    assert trained[2].read_bytes() != trained[3].read_bytes()
    panx_mini.train(data, tiny, tiny, output)
    assert [weights.stat().st_mtime_ns for weights in trained] == before
