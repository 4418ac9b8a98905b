"""Tensors of safetensors files, compared with the library, and fingerprints."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from annotator.checkpoints.weights import INDEX, fingerprint, read_tensors, weight_files
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


def header_of(path: Path) -> tuple[dict[str, Any], bytes]:
    """The header of a safetensors file, and what follows it."""
    content = path.read_bytes()
    (size,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + size]), content[8 + size :]


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"data_offsets": [10**15, 10**15 + 28]}, "a tensor ends at byte 1,000,000,000,"),
        ({"dtype": "F16"}, r"28 bytes for a tensor of the type F16 and the shape \[7\]"),
        ({"shape": [-7]}, "offsets and shapes must be whole numbers"),
        ({"shape": 7}, "not iterable"),
    ],
)
def test_headers_that_contradict_the_file_are_refused(
    entry: dict[str, object], says: str, tiny: Path, tmp_path: Path
) -> None:
    header, rest = header_of(tiny / "model.safetensors")
    assert header["classifier.bias"]["shape"] == [7]
    header["classifier.bias"] |= entry
    text = json.dumps(header).encode()
    (tmp_path / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + rest)
    with pytest.raises(AnnotatorError, match=rf"not a safetensors file \(.*{says}.*copy or download"):
        read_tensors(tmp_path)


def test_a_file_that_was_cut_off_is_refused(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes((tiny / "model.safetensors").read_bytes()[:-1])
    with pytest.raises(AnnotatorError, match=r"a tensor ends at byte .*copy or download"):
        read_tensors(tmp_path)


def test_integers_are_no_weights_but_may_be_there(tmp_path: Path) -> None:
    tensor = torch.arange(4)
    save_file({"position_ids": tensor, "weight": tensor.float()}, tmp_path / "model.safetensors")
    tensors = read_tensors(tmp_path)
    assert tensors["weight"].values().tolist() == [0, 1, 2, 3]
    with pytest.raises(AnnotatorError, match=r"weights of the type I64: save them as F16, BF16, F32"):
        tensors["position_ids"].values()


def write_index(folder: Path, files: object) -> None:
    (folder / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": files}))


def test_files_that_the_index_names_are_read_and_no_others(tmp_path: Path) -> None:
    for name in ("a", "b", "other"):
        save_file({name: torch.zeros(1)}, tmp_path / f"{name}.safetensors")
    write_index(tmp_path, {"a": "a.safetensors", "b": "b.safetensors"})
    assert set(read_tensors(tmp_path)) == {"a", "b"}
    save_file({"whole": torch.zeros(1)}, tmp_path / "model.safetensors")
    assert set(read_tensors(tmp_path)) == {"whole"}  # as transformers prefers it


@pytest.mark.parametrize("name", ["pytorch_model.bin", "../a.safetensors", "/a.safetensors", "sub/a.safetensors"])
def test_an_index_may_name_only_safetensors_files_beside_it(name: str, tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    write_index(tmp_path, {"a": name})
    with pytest.raises(AnnotatorError, match=r"index\.json: names '.*', but weights are read only from safetensors"):
        weight_files(tmp_path)


@pytest.mark.parametrize("files", [{}, [], None, {"a": 7}])
def test_an_index_without_files_is_refused(files: object, tmp_path: Path) -> None:
    write_index(tmp_path, files)
    with pytest.raises(AnnotatorError, match=r"index\.json: no weight_map from tensors to files"):
        weight_files(tmp_path)


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(1)}, tmp_path / "a.safetensors")
    write_index(tmp_path, {"a": "a.safetensors", "b": "b.safetensors"})
    with pytest.raises(AnnotatorError, match=r"no b\.safetensors, which model\.safetensors\.index\.json names"):
        weight_files(tmp_path)


def test_a_tensor_that_is_not_there_is_named(tiny: Path) -> None:
    with pytest.raises(AnnotatorError, match=r": the weights lack none\.weight: copy"):
        read_tensors(tiny)["none.weight"]
