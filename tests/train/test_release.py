"""Checkpoints made ready to ship."""

from __future__ import annotations

from pathlib import Path

import pytest
from annotator.train import release as releases
from annotator.train.measure import MICRO, Score
from annotator.train.publish import Adjustment
from annotator.train.release import TARGETS, TEST_LANGUAGES, choose, release, with_dev

from annotator import Annotator
from annotator.checkpoints.config import calibration_of
from annotator.labels import PANX_TAGS, TagSet
from support.trainings import GOLD, write_conll


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for lang in TEST_LANGUAGES:
        write_conll(tmp_path / "panx" / lang / "test.tsv", GOLD[:5])
    write_conll(tmp_path / "panx" / "de" / "dev.tsv", GOLD[:30])
    return tmp_path


def test_a_release_has_graphs_and_figures_of_all_splits(tiny: Path, data: Path, tmp_path: Path) -> None:
    output = tmp_path / "published"
    released = release(data, tiny, output, ["panx/de", "running/xx"], GOLD[:20])
    assert {path.name for path in output.iterdir()} >= {
        "config.json", "model.safetensors", "tokenizer.json", "annotator.int8.onnx", "annotator.float32.onnx"
    }  # fmt: skip
    assert list(released.scores) == [*(f"panx/{lang} test" for lang in TEST_LANGUAGES), "panx/de dev, first 250"]
    assert released.scores["panx/de dev, first 250"][MICRO].support == sum(
        tag.startswith("B-") for one in GOLD[:30] for tag in one.tags
    )
    (row,) = released.calibrated
    assert row.own.name == "panx/de" and 0 <= row.shipped.after <= 1
    assert calibration_of(output, TagSet.parse(PANX_TAGS).labels)
    assert Annotator.load(str(output), engine="onnx").engine.labels == Annotator.load(str(tiny)).engine.labels


def test_the_shift_with_the_least_shortfall_is_chosen_then_the_best_calibrated(
    ner: Annotator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releases, "SHIFTS", (0.0, 30.0))
    monkeypatch.setattr(releases, "TEMPERATURES", (1.0, 50.0))
    assert choose(ner, {"panx/de": GOLD[:20]}) == Adjustment(0.0, 1.0)


def test_only_corpora_with_dev_are_measured(data: Path) -> None:
    assert with_dev(data, ["panx/de", "panx/fr", "running/xx"]) == ["panx/de"]


def test_targets_are_shares() -> None:
    assert all(0 < target < 1 for target in TARGETS.values())
    assert Score(1.0, 1.0, 1.0, 1).f1 > max(TARGETS.values())
