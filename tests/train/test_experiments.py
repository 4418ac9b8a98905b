"""Experiments from data to results, on a tiny random-weight encoder."""

from __future__ import annotations

from pathlib import Path

import pytest
from annotator.train.experiments import OWN, OWN_BASE, PUBLISHED_BASE, RESULTS, Results, defaults, published, run
from annotator.train.gather import gather
from annotator.train.measure import MICRO, Score, measure
from annotator.train.panx import open_panx
from annotator.train.trainer import Settings

from annotator import Annotator
from annotator.errors import AnnotatorError
from support.trainings import GOLD, write_conll


@pytest.mark.slow
def test_a_training_learns_its_data_and_gives_a_model(tiny: Path, tmp_path: Path) -> None:
    few = GOLD[:8]
    for split in ("train", "dev", "test"):
        write_conll(tmp_path / "panx" / "de" / f"{split}.tsv", few)
    thorough = Settings(rate=2e-3, epochs=300, batch=8, warmup=0.06, hidden_dropout=0.0, attention_dropout=0.0)
    gathered = gather(lambda: open_panx(tmp_path / "panx"), ["de"])
    results = run("run", gathered, str(tiny), tmp_path / "out", thorough)
    # Where training computes in bfloat16, one of the names may stay wrong.
    assert (results.f1("de") or 0) > 0.9 and results.f1("it") is None
    assert results.trained_on == {"de": 8}
    assert Results.load(tmp_path / "out") == results
    assert measure(Annotator.load(str(tmp_path / "out"), device="cpu"), few)[MICRO].f1 == results.f1("de")


def test_results_are_read_as_they_were_saved(tmp_path: Path) -> None:
    scores = {"de": {"PER": Score(1.0, 0.5, 2 / 3, 4), MICRO: Score(1.0, 0.5, 2 / 3, 4)}}
    results = Results("joint", "base", {"de": 3}, Settings(), [0.5], scores, 1.5, {"python": "3.11"})
    results.save(tmp_path)
    assert Results.load(tmp_path) == results
    assert results.f1("de") == 2 / 3 and results.f1("it") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read: No such file or directory: check that the training has finished"),
        ("{}", "not the results of a training: 'test'"),
        ("no JSON", "not the results of a training: Expecting value"),
    ],
)
def test_what_is_not_results_is_refused(tmp_path: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / RESULTS).write_text(text)
    with pytest.raises(AnnotatorError, match=message):
        Results.load(tmp_path)


def test_only_published_experiments_have_published_figures() -> None:
    assert published("joint")["de"] == 0.866 and published("run") == {}


def test_a_training_on_own_files_has_a_base_and_settings_of_its_own() -> None:
    assert defaults(False, None, {}) == (PUBLISHED_BASE, Settings())
    assert defaults(True, None, {}) == (OWN_BASE, OWN)
    base, settings = defaults(True, "base", {"rate": 1e-3, "seed": 7})
    assert (base, settings.rate, settings.seed, settings.epochs) == ("base", 1e-3, 7, OWN.epochs)
