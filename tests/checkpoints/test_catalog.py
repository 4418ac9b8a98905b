"""What the files of a checkpoint state about its model."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from annotator.checkpoints.catalog import PACKAGE, Model, describe, known_models, summary
from annotator.checkpoints.folder import DEFAULT_MODEL, EMBEDDED_MODELS, HUB_MODELS
from annotator.errors import AnnotatorError


@pytest.fixture
def checkpoint(tiny: Path, tmp_path: Path) -> Path:
    """A copy of the tiny checkpoint, to add a card to."""
    return Path(shutil.copytree(tiny, tmp_path / "checkpoint"))


def test_the_default_model_comes_first() -> None:
    models = list(known_models())
    assert [model.name for model in models] == [*EMBEDDED_MODELS, *HUB_MODELS]
    assert [model.name for model in models if model.default] == [DEFAULT_MODEL] == [models[0].name]
    assert models[0].is_local and models[0].source == PACKAGE


def test_languages_licence_and_scores_are_read_from_the_card(checkpoint: Path) -> None:
    table = "## Scores\n\n| corpus | F1 |\n|---|---|\n| PAN-X de | 0.868 |\n\n## Other\n\n| PAN-X fr | 0.900 |\n"
    (checkpoint / "README.md").write_text(f"---\nlanguage: [de, fr]\nlicense: mit\n---\n# Mine\n\n{table}")
    model = describe("mine", "here", checkpoint)
    assert (model.languages, model.licence, model.f1) == (("de", "fr"), "mit", {"PAN-X de": 0.868})
    assert "F1         PAN-X de 0.868" in summary(model)


def test_a_damaged_card_is_an_error_in_one_line(checkpoint: Path) -> None:
    (checkpoint / "README.md").write_text("---\nlanguage: [de\n---\n")
    with pytest.raises(AnnotatorError, match=r"README.md: not a model card \(.+\): repair") as caught:
        describe("mine", "here", checkpoint)
    assert "\n" not in str(caught.value)


def test_what_is_not_stated_is_empty(tiny: Path) -> None:
    model = describe("mine", "here", tiny)
    assert (model.languages, model.licence, model.f1) == ((), None, {})
    assert summary(model).startswith("mine: on this machine\n") and "not stated" in summary(model)


def test_a_model_to_download_has_its_languages_and_labels_already() -> None:
    model: Model = describe("xlm-r-panx", HUB_MODELS["xlm-r-panx"], None)
    assert not model.is_local and model.languages and model.labels == ("PER", "ORG", "LOC")
    assert "downloaded when first used" in summary(model) and "known after the download" in summary(model)
