"""The models that the page offers."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.demo.models import Models
from annotator.errors import UsageError
from annotator.pipeline import Recipe


def test_the_named_models_come_first_and_known_ones_after_them(tiny: Path) -> None:
    models = Models([str(tiny)], Recipe(device="cpu"))
    assert models.names == (str(tiny), "panx-mini") and models.default == str(tiny)
    assert Models(["panx-mini", "panx-mini"], Recipe()).names == ("panx-mini",)


def test_a_model_is_loaded_once_and_finds_everything(tiny: Path) -> None:
    models = Models([str(tiny)], Recipe(device="cpu"))
    annotator = models.load(str(tiny))
    assert models.load(str(tiny)) is annotator
    assert annotator.keep.labels is None and annotator.keep.min_score == 0


def test_a_model_that_is_not_offered_is_refused(models: Models, tiny: Path) -> None:
    with pytest.raises(
        UsageError, match=r"'panx-min' is not offered here: did you mean panx-mini\? There are panx-mini$"
    ):
        models.load("panx-min")
    with pytest.raises(UsageError, match="is not offered here"):  # a folder, but not one that was named at the start
        models.load(str(tiny))
