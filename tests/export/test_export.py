"""Exported graphs: architectures, types of weights, what is refused, the command."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from transformers import AutoConfig, AutoModelForTokenClassification

from annotator.checkpoints.weights import fingerprint, read_tensors
from annotator.engines.base import EXACT_FILE, INT8_FILE
from annotator.engines.onnx import OnnxEngine
from annotator.errors import AnnotatorError, UsageError
from annotator.export import export
from annotator.export.int8 import WEIGHT_LIMIT, round_weight
from annotator.labels import PANX_TAGS
from annotator.prepare.encode import Window
from support.checkpoints import load_reference, tiny_tokenizer
from support.cli_runs import annotate, refused
from support.paths import SAMPLES
from support.scored import batch_of

SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
SMALL_DISTILBERT = {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64}


def save(folder: Path, kind: str, dtype: torch.dtype = torch.float32, **others: object) -> Path:
    """A random-weight checkpoint of an architecture."""
    torch.manual_seed(2)
    names = dict(enumerate(PANX_TAGS))
    size = SMALL_DISTILBERT if kind == "distilbert" else SMALL
    config = AutoConfig.for_model(
        kind, **size | {"vocab_size": 700, "pad_token_id": 1, "initializer_range": 0.3} | others, id2label=names
    )
    AutoModelForTokenClassification.from_config(config).to(dtype).save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    return folder


def random_windows(*lengths: int) -> list[Window]:
    chance = np.random.default_rng(0)
    heads = [np.flatnonzero(chance.random(length - 2) < 0.6) + 1 for length in lengths]
    ids = [chance.integers(4, 700, length) for length in lengths]
    return [Window(i, h, 0, np.arange(len(h))) for i, h in zip(ids, heads, strict=True)]


@pytest.mark.parametrize(
    ("kind", "others"),
    [
        ("xlm-roberta", {"type_vocab_size": 1}),
        ("roberta", {"type_vocab_size": 2}),
        ("camembert", {}),
        ("bert", {"type_vocab_size": 2}),
        ("bert", {"hidden_act": "relu", "layer_norm_eps": 1e-3}),
        ("distilbert", {}),
        ("distilbert", {"activation": "relu"}),
    ],
)
@torch.inference_mode()
def test_each_architecture_scores_as_transformers_does(tmp_path: Path, kind: str, others: dict[str, object]) -> None:
    folder = save(tmp_path / "model", kind, **others)
    export(folder, folder)
    windows = random_windows(23, 17, 9, 3)
    model = load_reference(folder)
    for window, scores in zip(windows, OnnxEngine(folder, EXACT_FILE).scores(batch_of(windows)), strict=True):
        want = model(torch.from_numpy(window.ids)[None]).logits[0].log_softmax(-1).numpy()[window.heads]
        np.testing.assert_allclose(scores[: len(want)], want, atol=1e-4)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@torch.inference_mode()
def test_weights_of_half_the_size_are_taken_as_they_are(tmp_path: Path, dtype: torch.dtype) -> None:
    folder = save(tmp_path / "model", "xlm-roberta", dtype)
    export(folder, tmp_path / "output")
    windows = random_windows(23, 17)
    (scores, _) = OnnxEngine(tmp_path / "output", EXACT_FILE).scores(batch_of(windows))
    want = load_reference(folder)(torch.from_numpy(windows[0].ids)[None]).logits[0].log_softmax(-1)
    np.testing.assert_allclose(scores[: len(windows[0].heads)], want.numpy()[windows[0].heads], atol=1e-4)
    assert (tmp_path / "output" / EXACT_FILE).stat().st_size < 50_000  # the weights are not in it


def test_weights_in_several_files(tmp_path: Path) -> None:
    folder = save(tmp_path / "model", "xlm-roberta")
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    export(folder, whole)
    load_reference(folder).save_pretrained(folder, max_shard_size="50kB")
    (folder / "model.safetensors").unlink()
    export(folder, parts)
    assert len(list(parts.glob("*.safetensors"))) > 1
    batch = batch_of(random_windows(12, 5))
    assert (OnnxEngine(whole, EXACT_FILE).scores(batch) == OnnxEngine(parts, EXACT_FILE).scores(batch)).all()


def test_tensors_are_those_that_safetensors_reads(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    folder = save(tmp_path, "xlm-roberta", torch.bfloat16)
    want = load_file(folder / "model.safetensors")
    tensors = read_tensors(folder)
    assert set(tensors) == set(want)
    for name, tensor in tensors.items():
        assert (tensor.values() == want[name].float().numpy()).all()


def test_a_trained_classifier_changes_the_fingerprint(tmp_path: Path) -> None:
    folder = save(tmp_path, "xlm-roberta")
    before = fingerprint(read_tensors(folder))
    model = load_reference(folder)
    with torch.no_grad():
        model.classifier.weight[0, 0] += 1e-3
    model.save_pretrained(folder)
    assert fingerprint(read_tensors(folder)) != before


@settings(max_examples=50, deadline=None)
@given(arrays(np.float32, (3, 8), elements=st.floats(-4, 4, width=32)))
def test_rounded_weights_keep_to_seven_bits_and_are_near(weight: np.ndarray) -> None:
    rounded, scales = round_weight(weight)
    assert np.abs(rounded.astype(int)).max() <= WEIGHT_LIMIT
    step = np.abs(weight).max(axis=1) / WEIGHT_LIMIT
    error = np.square(rounded * scales[:, None] - weight).sum(axis=1)
    assert (error <= 8 * (step / 2) ** 2 + 1e-9).all()  # no worse than the plain scale


@pytest.mark.parametrize(
    ("kind", "others"), [("xlm-roberta", {"hidden_act": "gelu_new"}), ("electra", {"embedding_size": 32})]
)
def test_other_architectures_are_refused(tmp_path: Path, kind: str, others: dict[str, object]) -> None:
    folder = save(tmp_path / "model", kind, **others)
    with pytest.raises(UsageError, match=rf"the architecture '{kind}'.*cannot be exported.*--engine torch"):
        export(folder, tmp_path / "output")
    assert not (tmp_path / "output").exists()


@pytest.mark.parametrize("content", [b"", b"\xff" * 9, b"\x02\0\0\0\0\0\0\0{", b"\x08\0\0\0\0\0\0\0no json!"])
def test_damaged_weights_are_refused(tmp_path: Path, tiny: Path, content: bytes) -> None:
    export(tiny, tmp_path)
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(AnnotatorError, match="not a safetensors file"):
        export(tmp_path, tmp_path)


def test_a_missing_onnx_names_its_extra(monkeypatch: pytest.MonkeyPatch, tiny: Path, tmp_path: Path) -> None:
    for name in [name for name in sys.modules if name.startswith("annotator.export.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(AnnotatorError, match=r"pip install 'annotator\[export\]'"):
        export(tiny, tmp_path / "output")


def test_the_command_writes_a_folder_that_model_takes(tiny: Path, tmp_path: Path) -> None:
    output = tmp_path / "exported"
    text = SAMPLES / "de.txt"
    run = annotate("models", "export", tiny, "--output", output, "--precision", "int8", "--text", text)
    assert (run.code, run.out) == (0, b"") and run.err == f"annotate: wrote {output / INT8_FILE}\n"
    assert json.loads((output / "config.json").read_text()) == json.loads((tiny / "config.json").read_text())
    exact = annotate(text, "--model", output, "--precision", "exact", "-q")
    assert exact.code == 0 and exact.out == annotate(text, "--model", tiny, "-q").out
    assert (
        annotate(text, "--model", output, "-q").out
        == annotate(text, "--model", output, "--precision", "int8", "-q").out
    )


def test_int8_without_text_is_refused(tiny: Path, tmp_path: Path) -> None:
    output = tmp_path / "exported"
    assert refused(annotate("models", "export", tiny, "-o", output, "--precision", "int8"), 2) == (
        "int8 needs text like what shall be tagged, to measure activations on: add --text FILE"
    )
    assert not output.exists()
