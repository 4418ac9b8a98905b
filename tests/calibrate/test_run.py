"""A calibration of the embedded model, from gold to a model that others load."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest

from annotator import Annotator
from annotator.calibrate.run import calibrate
from annotator.errors import UsageError
from annotator.input.records import read_documents
from support.paths import SAMPLES

GOLD = str(SAMPLES / "gold.conll")


@pytest.mark.parametrize("engine", ["onnx", pytest.param("torch", marks=pytest.mark.slow)])
def test_the_embedded_model_is_calibrated_in_a_copy(engine: str, tmp_path: Path, ner: Annotator) -> None:
    done = calibrate("panx-mini", [GOLD], tmp_path / "own")
    assert done.written == tmp_path / "own" / "config.json"
    (measured,) = done.measured
    assert measured.name == GOLD and measured.entities > 140 and 0 <= measured.after <= 1
    assert json.loads(done.to_json())["measured"][0]["entities"] == measured.entities
    assert "ECE after" in str(done) and f"{measured.after:.3f}" in str(done)
    documents = list(read_documents(GOLD))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        own = Annotator.load(tmp_path / "own", engine=engine, device="cpu", target_precision=0.98)
    kept = list(own.pipe(documents))
    gold = [{(e.start, e.end, e.label) for e in one.entities} for one in documents]
    right = [(e.start, e.end, e.label) in g for one, g in zip(kept, gold, strict=True) for e in one.entities]
    found = sum(len(one.entities) for one in ner.pipe(documents))
    assert 0 < len(right) < found and sum(right) / len(right) >= 0.97


def test_what_cannot_be_used_is_refused_before_the_model_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="plain text holds no tags"):
        calibrate("panx-mini", [str(SAMPLES / "de.txt")], tmp_path / "own")
    with pytest.raises(UsageError, match="is installed"):
        calibrate("panx-mini", [GOLD])
    assert not (tmp_path / "own").exists()
