"""`annotate leaderboard` from its arguments to what it prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotator.cli.leaderboard import FORMATS
from annotator.leaderboard.render import FORMATS as RENDERED
from support.boards import NAMES, write_corpora
from support.cli_runs import annotate, refused
from support.paths import SAMPLES

GOLD = SAMPLES / "gold.conll"


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    return write_corpora(tmp_path / "corpora")


def test_predictions_in_every_format(corpora: Path, tmp_path: Path) -> None:
    args = ("leaderboard", "--corpora", corpora, "--predictions", f"tool={corpora}", "--cache", tmp_path / "cache")
    text = annotate(*args).out.decode()
    assert all(name in text for name in NAMES) and "mean of 3 corpora" in text and "1.0000" in text
    assert "| news/de/dev | 1.0000" in annotate(*args, "--markdown").out.decode()
    run = annotate(*args, "--html", "-o", tmp_path / "board.html")
    assert (run.code, run.out, run.err) == (0, b"", "")
    assert (tmp_path / "board.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "exists already" in refused(annotate(*args, "--html", "-o", tmp_path / "board.html"), 1)
    assert set(FORMATS) == set(RENDERED)


@pytest.mark.slow
def test_a_model_into_its_card(tiny: Path, tmp_path: Path) -> None:
    args = ("leaderboard", tiny, "--corpora", GOLD, "--limit", "20", "--cache", tmp_path / "cache", "--device", "cpu")
    run = annotate(*args, "--json", "-o", tmp_path / "board.json", "-q")
    assert (run.code, run.err) == (0, "")
    (row,) = json.loads((tmp_path / "board.json").read_bytes())["systems"]
    assert row["words_per_second"] > 0
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    run = annotate("models", "card", model, tmp_path / "board.json")
    assert run.code == 0 and run.err == f"annotate: wrote 3 figures into {model / 'README.md'}\n"
    yaml = annotate(*args, "-f", "model-index", "-q").out.decode()
    assert "model-index:" in yaml and "gold, first 20" in yaml


def test_what_fails_is_told_with_its_own_exit_code(corpora: Path, tmp_path: Path) -> None:
    (corpora / "web/de/dev.tsv").write_text("Bern\tLausanne\n")
    run = annotate(
        "leaderboard", "--corpora", corpora, "--predictions", f"tool={corpora}", "--cache", tmp_path / "cache"
    )
    assert run.code == 3 and "news/fr/dev" in run.out.decode()
    assert run.err.startswith("annotate: tool, web/de/dev: not measured: ") and "'Lausanne' is not a tag" in run.err


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "nothing to compare: name models, or --predictions NAME=PATH"),
        (("panx-mni",), "unknown model 'panx-mni'"),
        (("--predictions", "x"), "x: predictions without a name: write --predictions as NAME=PATH"),
        (("panx-mini", "--map", "x"), "x: not a map of labels"),
        (("panx-mini", "--splits", "test"), "no file test in this folder: name others by --splits"),
    ],
)
def test_wrong_commands(args: tuple[str, ...], message: str, corpora: Path, tmp_path: Path) -> None:
    run = annotate("leaderboard", *args, "--corpora", corpora, "--cache", tmp_path / "cache")
    assert message in refused(run, 2)
