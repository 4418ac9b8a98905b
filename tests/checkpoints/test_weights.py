"""Tensors of safetensors files, compared with the library, and fingerprints."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from annotator.checkpoints.weights import fingerprint, read_tensors
from annotator.errors import AnnotatorError
from support.checkpoints import load_reference, save_architecture


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_tensors_are_those_that_safetensors_reads(tmp_path: Path, dtype: torch.dtype) -> None:
    folder = save_architecture(tmp_path, "xlm-roberta", dtype=dtype)
    want = load_file(folder / "model.safetensors")
    tensors = read_tensors(folder)
    assert set(tensors) == set(want)
    for name, tensor in tensors.items():
        assert (tensor.values() == want[name].float().numpy()).all()


def test_a_trained_classifier_changes_the_fingerprint(tmp_path: Path) -> None:
    folder = save_architecture(tmp_path, "xlm-roberta")
    before = fingerprint(read_tensors(folder))
    model = load_reference(folder)
    with torch.no_grad():
        model.classifier.weight[0, 0] += 1e-3
    model.save_pretrained(folder)
    assert fingerprint(read_tensors(folder)) != before


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(AnnotatorError, match=r"not a safetensors file \(.+\): copy or download"):
        read_tensors(tmp_path)
