"""Where a calibration is written, and what of the config.json stays."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from transformers import AutoConfig

from annotator import Annotator
from annotator.calibrate.store import place, store
from annotator.calibration import Calibration, Curve, CutOff
from annotator.checkpoints.config import calibration_of
from annotator.errors import AnnotatorError, UsageError

LABELS = ("PER", "ORG", "LOC")
CALIBRATION = Calibration(LABELS, "mean", Curve(), {"PER": Curve((0.5, 2.0, -1.0), (CutOff(0.9, 0.95, 0.5),))})


def test_a_copy_has_all_files_and_only_its_config_changes(tiny: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in tiny.iterdir() if path.is_file()}
    file = store(CALIBRATION, tiny, tmp_path / "copy")
    after = {path.name: path.read_bytes() for path in (tmp_path / "copy").iterdir()}
    assert {path.name: path.read_bytes() for path in tiny.iterdir() if path.is_file()} == before
    assert before.keys() == after.keys()
    assert [name for name in after if after[name] != before[name]] == ["config.json"]
    changed = json.loads(file.read_text())
    assert changed.pop("entity_calibration") == CALIBRATION.to_json()
    assert changed == json.loads(before["config.json"])
    assert calibration_of(tmp_path / "copy", LABELS) == CALIBRATION
    assert AutoConfig.from_pretrained(tmp_path / "copy").num_labels == 7


def test_a_calibration_replaces_another_in_place(tiny: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "model"))
    for calibration in (CALIBRATION, Calibration(LABELS)):
        store(calibration, folder, folder)
        assert Annotator.load(str(folder), device="cpu").decoder.calibration == calibration
    assert {path.name for path in folder.iterdir()} == {path.name for path in tiny.iterdir()}


def test_an_installed_model_is_not_changed(tiny: Path, tmp_path: Path) -> None:
    assert place(str(tiny), tiny, None) == tiny
    assert place("panx-mini", tiny, tmp_path / "new") == tmp_path / "new"
    with pytest.raises(UsageError, match="panx-mini is installed, and is not changed"):
        place("panx-mini", tiny, None)


def test_nothing_is_written_over(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(AnnotatorError, match="is not empty"):
        place(str(tiny), tiny, tmp_path)
    with pytest.raises(AnnotatorError, match="is a file"):
        place(str(tiny), tiny, tmp_path / "file")
    assert place(str(tiny), tiny, tiny) == tiny
    with pytest.raises(AnnotatorError, match="cannot be written"):
        store(CALIBRATION, tiny, tmp_path / "file" / "below")


def test_a_config_that_cannot_be_written_names_the_remedy(tiny: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "model"))
    (folder / "config.json.partial").mkdir()  # for root, who may write to any folder
    with pytest.raises(AnnotatorError, match="name another folder"):
        store(CALIBRATION, folder, folder)
