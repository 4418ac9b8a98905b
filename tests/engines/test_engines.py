"""The table of engines, which one `auto` chooses, and what is refused; all engines agree with transformers."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import click
import numpy as np
import pytest
import torch

from annotator import engines
from annotator.checkpoints.folder import find_checkpoint
from annotator.cli import group
from annotator.engines import ENGINES, LOADERS, load_engine
from annotator.engines.base import PRECISIONS, Engine, EngineOptions
from annotator.engines.batching import Budget
from annotator.engines.graphs import EXACT_FILE, INT8_FILE
from annotator.engines.null import NullEngine
from annotator.engines.onnx import OnnxEngine
from annotator.engines.torch import TorchEngine
from annotator.errors import UsageError
from annotator.input.records import read_documents
from annotator.pipeline import Annotator
from support.checkpoints import load_reference, sample_windows
from support.cli_runs import ENVIRONMENT
from support.paths import ROOT, SAMPLES, needs_shared
from support.scored import batch_of, score_windows


def load(folder: Path, engine: str = "auto", precision: str = "auto", device: str = "cpu") -> Engine:
    return load_engine(folder, EngineOptions(engine, device, precision))


@pytest.mark.parametrize("name", LOADERS)
def test_every_engine_of_the_table_has_a_loader(name: str) -> None:
    module, _, function = LOADERS[name].partition(":")
    assert callable(getattr(import_module(module), function))


@pytest.mark.parametrize(("option", "known"), [("engine", ENGINES), ("precision", PRECISIONS)])
def test_the_command_line_offers_the_names_of_the_table(option: str, known: tuple[str, ...]) -> None:
    (found,) = [parameter for parameter in group.commands["run"].params if parameter.name == option]
    assert isinstance(found.type, click.Choice) and tuple(found.type.choices) == known


def test_an_engine_takes_one_module_and_one_row(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("mine")
    module.load = lambda _folder, _options: NullEngine()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "mine", module)
    monkeypatch.setitem(LOADERS, "mine", "mine:load")
    monkeypatch.setattr(engines, "ENGINES", ("auto", *LOADERS))
    assert isinstance(load(tiny, "mine"), NullEngine)
    with pytest.raises(UsageError, match="unknown engine 'yours': use auto, torch, onnx, null, mine"):
        load(tiny, "yours")


def test_the_table_imports_no_framework() -> None:
    code = "import sys, annotator.engines; print({'torch', 'onnxruntime', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=ENVIRONMENT, cwd=ROOT, check=True)
    assert done.stdout.decode() == "set()\n"


def test_auto_takes_the_graph_on_a_cpu(graphs: Path, tiny: Path) -> None:
    assert isinstance(load(graphs), OnnxEngine) and isinstance(load(graphs, precision="exact"), OnnxEngine)
    assert isinstance(load(tiny), TorchEngine) and isinstance(load(graphs, precision="bf16"), TorchEngine)
    batch = batch_of(sample_windows(graphs))
    assert (load(graphs).scores(batch) == load(graphs, precision="int8").scores(batch)).all()
    assert not (load(graphs).scores(batch) == load(graphs, precision="exact").scores(batch)).all()


@pytest.mark.parametrize(
    ("engine", "precision", "device", "message"),
    [
        ("tensorrt", "auto", "cpu", "unknown engine 'tensorrt': use auto, torch, onnx, null"),
        ("auto", "int4", "cpu", "unknown precision 'int4': use auto, exact, bf16, int8"),
        ("null", "int4", "cpu", "unknown precision 'int4': use auto, exact, bf16, int8"),
        ("onnx", "auto", "cuda", "the onnx engine computes on the CPU, not on 'cuda': use engine torch"),
        ("auto", "int8", "cuda", "the onnx engine computes on the CPU, not on 'cuda': use engine torch"),
        ("onnx", "bf16", "cpu", "the onnx engine does not compute in bf16: use precision exact or int8"),
        ("torch", "int8", "cpu", "the torch engine does not compute in int8: use engine onnx"),
        ("auto", "auto", "tpu", "unknown device 'tpu': use auto, cpu, cuda"),
    ],
)
def test_a_choice_that_no_engine_supports_is_refused(
    graphs: Path, engine: str, precision: str, device: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        load(graphs, engine, precision, device)


@pytest.mark.parametrize(("precision", "file"), [("auto", EXACT_FILE), ("int8", INT8_FILE)])
def test_a_folder_without_the_graph_is_refused(tiny: Path, precision: str, file: str) -> None:
    with pytest.raises(UsageError, match=f"no {file}: make a folder that has it with `annotate models export`"):
        load(tiny, "onnx", precision)


@pytest.mark.parametrize("engine", ["onnx", "torch"])
def test_batched_scores_equal_those_of_the_bare_model(graphs: Path, engine: str) -> None:
    windows = sample_windows(graphs)
    loaded = load(graphs, engine, "exact")
    model = load_reference(graphs)
    for window, scores in zip(windows, score_windows(windows, loaded, Budget(256)), strict=True):
        with torch.inference_mode():
            logits = model(input_ids=torch.from_numpy(window.ids)[None]).logits[0]
        np.testing.assert_allclose(scores, logits.log_softmax(-1).numpy()[window.heads], atol=2e-4)


@pytest.mark.slow
def test_the_embedded_model_scores_alike_in_both_engines() -> None:
    folder = find_checkpoint("panx-mini")
    windows = sample_windows(folder)
    exact = [score_windows(windows, load(folder, engine, "exact"), Budget(512)) for engine in ("onnx", "torch")]
    for left, right in zip(*exact, strict=True):
        np.testing.assert_allclose(left, right, atol=1e-3)
        assert (left.argmax(-1) == right.argmax(-1)).all()


def test_int8_of_the_embedded_model_finds_what_float32_finds() -> None:
    documents = list(read_documents(sorted(map(str, SAMPLES.glob("*.*")))))
    found = [
        {
            (d.id, e.start, e.end, e.label)
            for d in Annotator.load(precision=p, device="cpu").pipe(documents)
            for e in d.entities
        }
        for p in ("int8", "exact")
    ]
    assert len(found[0] & found[1]) >= 0.93 * len(found[0] | found[1])


@needs_shared
@pytest.mark.slow
@pytest.mark.parametrize("language", ["de", "fr", "en"])
def test_int8_keeps_its_f1(language: str) -> None:
    from annotator.train.measure import measure
    from annotator.train.panx import PanxFolder

    from support.paths import SHARED

    sentences = PanxFolder(SHARED / "data" / "panx").read(language, "dev")[:600]
    f1 = [measure(Annotator.load(precision=p, device="cpu"), sentences)["micro avg"].f1 for p in ("int8", "exact")]
    assert f1[0] >= f1[1] - 0.008  # docs/performance.md has the whole split: few sentences add chance


def test_annotate_on_a_cpu_imports_neither_torch_nor_transformers() -> None:
    code = (
        "import sys; from annotator.cli import main; sys.argv = ['annotate', 'samples/de.txt', '--limit', '1', '-q']\n"
        "try: main()\n"
        "finally: print({'torch', 'transformers', 'onnx'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=ENVIRONMENT, cwd=ROOT, check=True)
    assert done.stdout.decode().endswith("\nset()\n")


def test_every_precision_has_an_engine(graphs: Path) -> None:
    batch = batch_of(sample_windows(graphs)[:2])
    for precision in PRECISIONS:
        assert load(graphs, precision=precision).scores(batch).shape[:2] == batch.heads.shape
