"""The small model: its distribution, and its F1 beside that of the embedded model."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from annotator.train.corpora import read_tagged
from annotator.train.measure import MICRO, measure

from annotator import Annotator
from annotator.checkpoints.config import read_config
from annotator.checkpoints.folder import SEPARATE_MODELS
from annotator.checkpoints.packages import GROUP
from annotator.labels import PANX_TAGS
from support.cli_runs import annotate_apart
from support.paths import ROOT, SAMPLES, SHARED, needs_shared

NAME = "panx-micro"
PROJECT = ROOT / "models" / NAME
MOST_BYTES = 100 * 10**6  # the package index takes no larger file
pytestmark = pytest.mark.skipif(
    not PROJECT.is_dir(), reason=f"models/{NAME} is not here: the source distribution leaves it out"
)


@pytest.fixture(scope="module")
def micro() -> Annotator:
    return Annotator.load(PROJECT / "annotate_ner_panx_micro", device="cpu")


def test_it_finds_the_entities_of_the_readme(micro: Annotator) -> None:
    text = "Angela Merkel besuchte Paris."
    assert [(text[e.start : e.end], e.label) for e in micro(text).entities] == [
        ("Angela Merkel", "PER"),
        ("Paris", "LOC"),
    ]


def test_it_is_half_as_deep_or_less_with_the_pieces_of_its_teacher() -> None:
    small, large = map(read_config, (PROJECT / "annotate_ner_panx_micro", ROOT / "models" / "panx-mini"))
    assert 3 <= small["num_hidden_layers"] <= large["num_hidden_layers"] / 2
    assert small["vocab_size"] == large["vocab_size"]


@pytest.mark.slow
def test_f1_on_the_gold_sample(micro: Annotator) -> None:
    assert measure(micro, list(read_tagged(SAMPLES / "gold.conll", PANX_TAGS)))[MICRO].f1 >= 0.8


@needs_shared
@pytest.mark.slow
def test_it_is_little_worse_than_its_teacher(micro: Annotator, ner: Annotator) -> None:
    differences = []
    for corpus in (
        "panx/de",
        "panx/en",
        "running/de",
        "corpora/few-nerd/en",
        "corpora/cess-ancora/es",
        "corpora/klue/ko",
    ):
        sentences = list(read_tagged(SHARED / "data" / corpus / "dev.tsv", PANX_TAGS))[:250]
        differences.append(measure(ner, sentences)[MICRO].f1 - measure(micro, sentences)[MICRO].f1)
    assert statistics.fmean(differences) <= 0.04 and max(differences) <= 0.08


@pytest.mark.slow
def test_its_distribution_is_small_enough_and_works(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet"]
    tree = shutil.copytree(PROJECT, tmp_path / "tree", ignore=shutil.ignore_patterns("build", "*.egg-info"))
    built = ["wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", tmp_path, tree]
    subprocess.run([*pip, *built], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.startswith(f"{SEPARATE_MODELS[NAME].replace('-', '_')}-") and wheel.stat().st_size < MOST_BYTES
    subprocess.run(
        [*pip, "install", "--no-deps", "--no-index", "--target", tmp_path / "site", wheel],
        check=True,
        capture_output=True,
    )
    text = b"Angela Merkel besuchte Paris.\n"
    run = annotate_apart("--model", NAME, "-q", stdin=text, PYTHONPATH=str(tmp_path / "site"))
    assert run.code == 0 and run.out.decode().split("\n")[:2] == ["Angela\tB-PER", "Merkel\tI-PER"]


def test_it_is_installed_where_the_tests_run() -> None:
    assert NAME in {entry.name for entry in entry_points(group=GROUP)}
