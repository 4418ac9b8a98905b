"""Ranges of activations, measured on windows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from annotator.checkpoints.weights import read_tensors
from annotator.export.calibrate import measure_ranges
from annotator.export.encoder import architecture_of
from annotator.prepare.encode import Window, Windows
from support.checkpoints import save_architecture


@pytest.mark.parametrize("model_type", ["xlm-roberta", "distilbert"])
def test_every_product_but_the_classifier_gets_a_range(
    tmp_path: Path, model_type: str, random_windows: list[Window]
) -> None:
    folder = save_architecture(tmp_path, model_type)
    architecture = architecture_of(json.loads((folder / "config.json").read_text()))
    names = architecture.names
    ranges = measure_ranges(read_tensors(folder), architecture, folder, Windows.of(random_windows))
    # Query, key and value of the first layer share their input; in the last layer only words ask.
    first, last = f"{names.layer}0.", f"{names.layer}1."
    assert list(ranges) == [
        *(first + name for name in (names.query, names.attention_output, names.up, names.down)),
        *(last + name for name in (names.query, names.key, names.attention_output, names.up, names.down)),
    ]
    width = 32
    for found in ranges.values():
        assert found.low < found.high and len(found.outliers) <= 64
        assert found.outliers.dtype == np.int64
    assert all(ranges[first + names.query].outliers < width)
