"""Exported folders: what is in them, what is refused, and the command."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from annotator.document import Document, Origin
from annotator.engines.graphs import EXACT_FILE, INT8_FILE
from annotator.engines.onnx import OnnxEngine
from annotator.errors import AnnotatorError, UsageError
from annotator.export import export
from annotator.prepare.encode import Window
from support.checkpoints import load_reference, save_architecture
from support.cli_runs import annotate, refused
from support.paths import SAMPLES
from support.scored import batch_of


def test_weights_in_several_files(tmp_path: Path, random_windows: list[Window]) -> None:
    folder = save_architecture(tmp_path / "model", "xlm-roberta")
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    export(folder, whole)
    load_reference(folder).save_pretrained(folder, max_shard_size="50kB")
    (folder / "model.safetensors").unlink()
    export(folder, parts)
    assert len(list(parts.glob("*.safetensors"))) > 1
    batch = batch_of(random_windows)
    assert (OnnxEngine(whole, EXACT_FILE).scores(batch) == OnnxEngine(parts, EXACT_FILE).scores(batch)).all()


def test_an_export_of_several_files_gives_the_entities_of_torch(tiny: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "folder"))
    (folder / "model.safetensors").unlink()
    load_reference(tiny).save_pretrained(folder, max_shard_size="100kB")
    export(
        folder,
        tmp_path / "exported",
        "int8",
        [Document("a", SAMPLES.joinpath("de.txt").read_text("utf-8"), Origin("a", 1))],
    )
    assert not (tmp_path / "exported" / "model.safetensors").exists()
    runs = {}
    for engine, precision in (("onnx", "exact"), ("torch", "exact"), ("onnx", "int8")):
        options = ("--model", tmp_path / "exported", "--engine", engine, "--precision", precision, "--device", "cpu")
        runs[engine, precision] = annotate(SAMPLES / "de.txt", *options, "-q")
    assert {(run.code, run.err) for run in runs.values()} == {(0, "")}
    assert (
        runs["onnx", "exact"].out
        == runs["torch", "exact"].out
        == annotate(SAMPLES / "de.txt", "--model", tiny, "-q").out
    )


@pytest.mark.parametrize(
    ("model_type", "config"), [("xlm-roberta", {"hidden_act": "gelu_new"}), ("electra", {"embedding_size": 32})]
)
def test_other_architectures_are_refused(tmp_path: Path, model_type: str, config: dict[str, object]) -> None:
    folder = save_architecture(tmp_path / "model", model_type, config)
    with pytest.raises(UsageError, match=rf"the architecture '{model_type}'.*cannot be exported: use engine torch"):
        export(folder, tmp_path / "output")
    assert not (tmp_path / "output").exists()


def test_an_unknown_precision_is_refused(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown precision 'int4': use float32 or int8"):
        export(tiny, tmp_path / "output", "int4")


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
    with pytest.raises(AnnotatorError, match=r"pip install 'annotate-ner\[export\]'"):
        export(tiny, tmp_path / "output")


def test_the_command_writes_a_folder_that_can_be_used_as_a_model(tiny: Path, tmp_path: Path) -> None:
    output = tmp_path / "exported"
    text = SAMPLES / "de.txt"
    run = annotate("models", "export", tiny, "--output", output, "--precision", "int8", "--text", text)
    assert (run.code, run.out) == (0, b"") and run.err == f"annotate: wrote {output / INT8_FILE}\n"
    assert json.loads((output / "config.json").read_text()) == json.loads((tiny / "config.json").read_text())
    exact = annotate(text, "--model", output, "--precision", "exact", "-q")
    assert exact.code == 0 and exact.out == annotate(text, "--model", tiny, "-q").out
    by_default = annotate(text, "--model", output, "-q")
    assert by_default.out == annotate(text, "--model", output, "--precision", "int8", "-q").out


def test_int8_without_text_is_refused(tiny: Path, tmp_path: Path) -> None:
    output = tmp_path / "exported"
    assert refused(annotate("models", "export", tiny, "-o", output, "--precision", "int8"), 2) == (
        "int8 needs text to measure activations on: add --text that resembles what will be annotated"
    )
    assert not output.exists()


@pytest.mark.parametrize("key", ["num_hidden_layers", "num_attention_heads"])
def test_a_config_without_a_size_is_refused(key: str, tiny: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "folder"))
    config = json.loads((tiny / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({name: value for name, value in config.items() if name != key}))
    with pytest.raises(AnnotatorError, match=rf"config\.json: lacks '{key}': copy the checkpoint again"):
        export(folder, tmp_path / "exported")
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}))
    with pytest.raises(AnnotatorError, match=r"the weights lack roberta\.encoder\.layer\.2\."):
        export(folder, tmp_path / "exported")
