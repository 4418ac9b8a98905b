"""`annotate models`: what the models' own files say."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import huggingface_hub.constants
import pytest
from huggingface_hub import EvalResult, ModelCard, ModelCardData

from annotator.checkpoints.catalog import SHOWN_F1, describe, summary
from annotator.checkpoints.folder import DEFAULT_MODEL, HUB_MODELS
from support.cli_runs import annotate, refused
from support.paths import ROOT

CARD = (ROOT / "models" / DEFAULT_MODEL / "README.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty Hugging Face cache."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def listed() -> dict[str, dict[str, object]]:
    run = annotate("models", "--json")
    assert (run.code, run.err) == (0, "")
    return {model["name"]: model for model in json.loads(run.out)}


def test_the_embedded_model_is_described_by_its_files() -> None:
    model = listed()[DEFAULT_MODEL]
    folder = ROOT / "models" / DEFAULT_MODEL
    assert model["default"] and model["at_hand"] and Path(str(model["folder"])).samefile(folder)
    assert model["labels"] == ["PER", "ORG", "LOC"] and model["licence"] == "cc-by-sa-4.0"
    assert model["size"] == sum(path.stat().st_size for path in folder.iterdir())
    assert model["languages"] == [line[2:] for line in CARD.split("---")[1].splitlines() if line.startswith("- ")]
    f1 = model["f1"]
    assert isinstance(f1, dict) and len(f1) >= 10
    for corpus, score in f1.items():
        assert f"| {corpus} | {score:.3f} |" in CARD


def test_a_hub_model_that_is_not_here(tiny: Path) -> None:
    model = listed()["xlm-r-panx"]
    assert not model["at_hand"] and model["folder"] is model["size"] is model["licence"] is None
    assert model["languages"] == ["de", "fr", "it", "en"] and model["source"] == HUB_MODELS["xlm-r-panx"]


def test_a_hub_model_that_was_downloaded(hub: Path, tiny: Path) -> None:
    folder = hub / f"models--{HUB_MODELS['xlm-r-panx'].replace('/', '--')}"
    (folder / "refs").mkdir(parents=True)
    (folder / "refs" / "main").write_text("0" * 40)
    snapshot = Path(shutil.copytree(tiny, folder / "snapshots" / ("0" * 40)))
    results = EvalResult("token-classification", "panx", "PAN-X de", "f1", 0.8682)
    about = ModelCardData(language="de", license="mit", model_name="x", eval_results=[results])
    ModelCard(f"---\n{about.to_yaml()}\n---\n# x\n").save(snapshot / "README.md")
    model = listed()["xlm-r-panx"]
    assert model["at_hand"] and model["folder"] == str(snapshot)
    assert (model["languages"], model["licence"], model["f1"]) == (["de"], "mit", {"PAN-X de": 0.8682})
    assert (model["labels"], model["size"]) == (
        ["PER", "ORG", "LOC"],
        sum(p.stat().st_size for p in snapshot.iterdir()),
    )


def test_the_list_fits_a_terminal_and_holds_the_same() -> None:
    text = annotate("models").out.decode()
    assert text == annotate("models", "list").out.decode() and max(map(len, text.splitlines())) <= 80
    assert (
        text.startswith("panx-mini (default): comes with the package\n") and "xlm-r-panx: on the Hugging Face" in text
    )
    flat = " ".join(text.split())
    scores: dict[str, float] = listed()[DEFAULT_MODEL]["f1"]  # type: ignore[assignment]
    for corpus, score in list(scores.items())[:SHOWN_F1]:
        assert f"{corpus} {score:.3f}" in flat
    assert f"{len(scores) - SHOWN_F1} more with --json" in flat


def test_a_checkpoint_that_tells_little(tiny: Path, tmp_path: Path) -> None:
    model = describe("mine", "here", tiny)
    assert (model.languages, model.licence, model.f1, model.labels) == ((), None, {}, ("PER", "ORG", "LOC"))
    assert "not stated" in summary(model)
    (tmp_path / "config.json").write_text("{}")
    assert describe("mine", "here", tmp_path).labels == ()


@pytest.mark.parametrize(
    ("name", "what"),
    [("panx-mni", "did you mean panx-mini? It is neither"), ("XLM-R-PANX", "did you mean xlm-r-panx? It is neither")],
)
def test_a_model_mistyped_is_named(name: str, what: str) -> None:
    assert what in refused(annotate("--model", name, stdin=b"x"), 2)
