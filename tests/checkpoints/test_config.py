"""What JSON files of checkpoints say, and what is refused in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotator.calibration import Calibration, Curve, CutOff
from annotator.checkpoints.config import calibration_of, layers_of, read_config, read_json, tags_of, whole_number
from annotator.errors import AnnotatorError


def config(folder: Path, **values: object) -> Path:
    (folder / "config.json").write_text(json.dumps(values))
    return folder


def test_tags_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    names = {str(number): f"B-{number}" for number in (10, 2, 1, 0, *range(3, 10))}
    assert tags_of(config(tmp_path, id2label=names)) == tuple(f"B-{number}" for number in range(11))


@pytest.mark.parametrize("names", [{}, [], "x", {"1": "O"}, {"0": "O", "2": "B-PER"}, {"x": "O"}, {"0": 7}])
def test_labels_that_are_not_numbered_are_refused(names: object, tmp_path: Path) -> None:
    with pytest.raises(AnnotatorError, match=r"config\.json: .*id2label"):
        tags_of(config(tmp_path, id2label=names))


def test_a_config_without_labels_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(AnnotatorError, match=r"names no entity labels \(there is no id2label\): write them"):
        tags_of(config(tmp_path))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[]", "not a JSON object"),
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 10**6, "not JSON"),
        (b"", "not JSON"),
    ],
)
def test_other_files_are_refused(content: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes(content)
    with pytest.raises(AnnotatorError, match=rf"config\.json: {says}.*: copy the checkpoint again") as raised:
        read_config(tmp_path)
    assert "\n" not in str(raised.value)
    with pytest.raises(AnnotatorError, match=r"none\.json: cannot be read: No such file"):
        read_json(tmp_path / "none.json")


@pytest.mark.parametrize("value", [-1, 2.5, "7", True, [], {}])
def test_a_value_that_is_no_whole_number_is_refused(value: object, tmp_path: Path) -> None:
    with pytest.raises(AnnotatorError, match=r"a\.json: pieces is .*, not a whole number of at least 0: correct it"):
        whole_number(Path("a.json"), {"pieces": value}, "pieces")


def test_whole_numbers_may_be_written_as_floats_or_left_out() -> None:
    assert whole_number(Path(), {"pieces": 1e30}, "pieces") == int(1e30)
    assert whole_number(Path(), {"pieces": 8}, "pieces", least=8) == 8
    assert whole_number(Path(), {"pieces": None}, "pieces") is whole_number(Path(), {}, "pieces") is None


def test_layers_have_several_names(tmp_path: Path) -> None:
    assert layers_of(config(tmp_path, num_hidden_layers=12)) == layers_of(config(tmp_path, n_layers=12)) == 12
    assert layers_of(config(tmp_path)) == 0


CALIBRATION = Calibration(("PER",), "mean", Curve(), {"PER": Curve((0.5, 2.0, -1.0), (CutOff(0.9, 0.95, 0.5),))})


def test_a_calibration_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert calibration_of(config(tmp_path), ["PER"]) is None
    assert calibration_of(config(tmp_path, entity_calibration=CALIBRATION.to_json()), ["PER"]) == CALIBRATION


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"score": "median"}, "the score is 'median'"),
        ({"labels": ["LOC"]}, "is for the labels LOC, the model has PER"),
        ({"labels": [7]}, "not a calibration"),
        ({"common": {"weights": [1, 2]}}, "are not three numbers"),
        ({"common": {"weights": [-1, 2, 0], "cut_offs": []}}, "a weight is negative"),
        ({"common": {"weights": [1, float("inf"), 0], "cut_offs": []}}, "are not three numbers"),
        ({"common": []}, "not a calibration"),
        ({"curves": None}, "not a calibration"),
    ],
)
def test_a_damaged_calibration_and_one_of_other_labels_are_refused(
    change: dict[str, object], says: str, tmp_path: Path
) -> None:
    folder = config(tmp_path, entity_calibration=CALIBRATION.to_json() | change)
    with pytest.raises(AnnotatorError, match=says) as caught:
        calibration_of(folder, ["PER"])
    assert "annotate calibrate" in caught.value.remedy
