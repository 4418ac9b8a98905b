"""Checkpoints with pickled weights."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from annotator import Annotator
from annotator.errors import AnnotatorError, UsageError
from annotator.export.pickled import PICKLED, PICKLED_INDEX, import_pickled, pickled_files, read_pickled
from support.pickles import pickled_copy


@pytest.fixture
def pickled(tiny: Path, tmp_path: Path) -> Path:
    """The tiny checkpoint with its weights in one pickle."""
    return pickled_copy(tiny, tmp_path / "pickled")


def in_two_files(folder: Path) -> None:
    tensors = read_pickled(folder / PICKLED)
    names = list(tensors)
    parts = {"pytorch_model-1.bin": names[:5], "pytorch_model-2.bin": names[5:]}
    for file, part in parts.items():
        torch.save({name: tensors[name] for name in part}, folder / file)
    index = {"weight_map": {name: file for file, part in parts.items() for name in part}}
    (folder / PICKLED_INDEX).write_text(json.dumps(index), encoding="utf-8")
    (folder / PICKLED).unlink()


class Harmful:
    """Makes a file when it is unpickled."""

    def __init__(self, made: Path) -> None:
        self.made = made

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.made),)


@pytest.mark.parametrize("split", [False, True])
def test_the_imported_checkpoint_scores_as_the_original(tiny: Path, pickled: Path, tmp_path: Path, split: bool) -> None:
    if split:
        in_two_files(pickled)
    output = tmp_path / "out"
    import_pickled(pickled, output)
    assert not list(output.glob("*.bin*")) and not list(output.glob("*.partial"))
    before, after = (
        Annotator.load(str(folder), engine="torch", device="cpu")("Anna lives in Bern.") for folder in (tiny, output)
    )
    assert before.entities == after.entities
    ours, theirs = load_file(output / "model.safetensors"), load_file(tiny / "model.safetensors")
    assert ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_tensors_that_share_memory_are_saved(pickled: Path, tmp_path: Path) -> None:
    tensors = read_pickled(pickled / PICKLED)
    tensors["tied"] = tensors["classifier.weight"]
    torch.save(tensors, pickled / PICKLED)
    saved = load_file(import_pickled(pickled, tmp_path / "out"))
    assert torch.equal(saved["tied"], saved["classifier.weight"])


@pytest.mark.parametrize("by_torch", [True, False])
def test_a_pickle_that_would_run_code_is_refused(pickled: Path, tmp_path: Path, by_torch: bool) -> None:
    harmful = {"weight": torch.zeros(1), "code": Harmful(tmp_path / "ran")}
    if by_torch:
        torch.save(harmful, pickled / PICKLED)
    else:
        (pickled / PICKLED).write_bytes(pickle.dumps(harmful))
    with pytest.raises(AnnotatorError, match=r"pytorch_model\.bin: holds more than tensors, or is damaged"):
        import_pickled(pickled, tmp_path / "out")
    assert not (tmp_path / "ran").exists() and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([1, 2], "not tensors by name"),
        ({}, "not tensors by name"),
        ({"state_dict": {"weight": torch.zeros(1)}}, "not tensors by name"),
        ({1: torch.zeros(1)}, "not tensors by name"),
    ],
)
def test_other_contents_are_refused(pickled: Path, tmp_path: Path, content: object, message: str) -> None:
    torch.save(content, pickled / PICKLED)
    with pytest.raises(AnnotatorError, match=message):
        import_pickled(pickled, tmp_path / "out")


def test_damaged_files_are_refused(pickled: Path, tmp_path: Path) -> None:
    whole = (pickled / PICKLED).read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], b"weights", whole[:100] + bytes(50) + whole[150:-40]):
        (pickled / PICKLED).write_bytes(damaged)
        with pytest.raises(AnnotatorError, match=r"pytorch_model\.bin: "):
            import_pickled(pickled, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_index_names_files_beside_it_only(pickled: Path) -> None:
    in_two_files(pickled)
    for name in ("../pickled/pytorch_model-1.bin", "pytorch_model-3.bin", "/etc/passwd"):
        (pickled / PICKLED_INDEX).write_text(json.dumps({"weight_map": {"a": name}}), encoding="utf-8")
        with pytest.raises(AnnotatorError, match="which is not beside it"):
            pickled_files(pickled)
    (pickled / PICKLED_INDEX).write_text("{}", encoding="utf-8")
    with pytest.raises(AnnotatorError, match="no weight_map"):
        pickled_files(pickled)


def test_what_needs_no_import_is_said(tiny: Path, pickled: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="its weights are safetensors already"):
        import_pickled(tiny, tmp_path / "out")
    with pytest.raises(UsageError, match=r"no config\.json"):
        import_pickled(tmp_path, tmp_path / "out")
    import_pickled(pickled, tmp_path / "out")
    with pytest.raises(UsageError, match="has weights already"):
        import_pickled(pickled, tmp_path / "out")
