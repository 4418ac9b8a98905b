"""The systems that arguments name."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.errors import AnnotatorError, UsageError
from annotator.leaderboard.corpora import Corpus
from annotator.leaderboard.systems import System, find_systems

CORPUS = Corpus("news/de/dev", "de", "dev", "x/news/de/dev.tsv")


def test_models_and_runs(tmp_path: Path) -> None:
    for run in ("runs/seed-2", "runs/seed-1", "a/model", "b/model"):
        (tmp_path / run).mkdir(parents=True)
        (tmp_path / run / "config.json").write_text("{}")
    runs, a, b = (str(tmp_path / name) for name in ("runs", "a/model", "b/model"))
    assert find_systems(["panx-mini", runs, a, b, f"mine={a}", f"mine={b}"], []) == [
        System("panx-mini", ("panx-mini",)),
        System("runs", (f"{runs}/seed-1", f"{runs}/seed-2")),
        System(a, (a,)),
        System(b, (b,)),
        System("mine", (a, b)),
    ]


def test_predictions(tmp_path: Path) -> None:
    path = tmp_path / "news/de/dev.conll"
    path.parent.mkdir(parents=True)
    path.write_text("")
    (system,) = find_systems([], [f"tool={tmp_path}"])
    assert system == System("tool", predictions=str(tmp_path))
    assert system.file_for(CORPUS, only=False) == str(path)
    assert System("tool", predictions=str(path)).file_for(CORPUS, only=True) == str(path)
    with pytest.raises(AnnotatorError, match="one file for several corpora"):
        System("tool", predictions=str(path)).file_for(CORPUS, only=False)
    path.with_suffix(".jsonl").write_text("")
    with pytest.raises(AnnotatorError, match=r"2 files news/de/dev\.\*"):
        system.file_for(CORPUS, only=False)


@pytest.mark.parametrize(
    ("models", "predictions", "message"),
    [
        ([], [], "nothing to compare"),
        (["=x"], [], "not NAME=MODEL"),
        ([], ["preds/"], "predictions without a name"),
        ([], ["tool=no/such/folder"], "no such file or folder"),
        (["panx-mini"], ["panx-mini=."], "two systems are called panx-mini"),
    ],
)
def test_what_is_no_system(models: list[str], predictions: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        find_systems(models, predictions)
