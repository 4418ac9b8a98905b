"""The engines agree with transformers, and say what they cannot do."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from annotator.checkpoints.folder import find_checkpoint, load_tokenizer, max_pieces
from annotator.engines import load_engine
from annotator.engines.base import EXACT_FILE, INT8_FILE, Engine, EngineOptions
from annotator.engines.batching import Budget
from annotator.engines.multi_gpu import MultiGpuEngine
from annotator.engines.onnx import OnnxEngine
from annotator.engines.torch import TorchEngine, devices
from annotator.errors import AnnotatorError, UsageError
from annotator.export import export
from annotator.input.records import read_documents
from annotator.pipeline import Annotator
from annotator.prepare.encode import Encoder, Window
from support.checkpoints import load_reference
from support.cli_runs import ENVIRONMENT
from support.paths import ROOT, SAMPLES, needs_shared
from support.scored import batch_of, score_windows

TEXTS = [SAMPLES / "de.txt", SAMPLES / "fr.txt", SAMPLES / "en.txt"]


@pytest.fixture(scope="session")
def graphs(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny checkpoint with its graphs of float32 and int8."""
    output = tmp_path_factory.mktemp("graphs")
    export(tiny, output, "int8", read_documents(map(str, TEXTS)))
    return output


def windows(folder: Path) -> list[Window]:
    encoder = Encoder(load_tokenizer(folder), max_pieces(folder))
    return list(encoder.windows([line.split() for path in TEXTS for line in path.read_text().splitlines()][:40]))


def load(folder: Path, engine: str = "auto", precision: str = "auto", device: str = "cpu") -> Engine:
    return load_engine(folder, EngineOptions(engine, device, precision))


@pytest.mark.parametrize("engine", ["onnx", "torch"])
def test_batched_scores_are_those_of_the_bare_model(graphs: Path, engine: str) -> None:
    some = windows(graphs)
    loaded = load_engine(graphs, EngineOptions(engine, "cpu", "exact"))
    model = load_reference(graphs)
    for window, scores in zip(some, score_windows(some, loaded, Budget(256)), strict=True):
        with torch.inference_mode():
            logits = model(input_ids=torch.from_numpy(window.ids)[None]).logits[0]
        np.testing.assert_allclose(scores, logits.log_softmax(-1).numpy()[window.heads], atol=2e-4)


def test_the_padding_piece_in_a_text_counts_no_position(graphs: Path) -> None:
    some = windows(graphs)[0]
    ids = some.ids.copy()
    ids[3] = 1
    batch = batch_of([Window(ids, some.heads, 0, some.words), windows(graphs)[1]])
    want = TorchEngine(graphs, "cpu").scores(batch)[0, : len(some.heads)]
    got = OnnxEngine(graphs, EXACT_FILE).scores(batch)[0, : len(some.heads)]
    np.testing.assert_allclose(got, want, atol=2e-4)


@pytest.mark.slow
def test_the_embedded_model_scores_alike_in_both_engines() -> None:
    folder = find_checkpoint("panx-mini")
    some = windows(folder)
    exact = [
        score_windows(some, load_engine(folder, EngineOptions(e, "cpu", "exact")), Budget(512))
        for e in ("onnx", "torch")
    ]
    for left, right in zip(*exact, strict=True):
        np.testing.assert_allclose(left, right, atol=1e-3)
        assert (left.argmax(-1) == right.argmax(-1)).all()


def test_int8_does_not_depend_on_the_batch(graphs: Path) -> None:
    engine = load_engine(graphs, EngineOptions("onnx", "cpu", "int8"))
    some = windows(graphs)
    together = score_windows(some, engine, Budget(2_048))
    alone = score_windows(some, engine, Budget(1))
    for left, right in zip(together, alone, strict=True):
        np.testing.assert_allclose(left, right, atol=1e-3)


def test_int8_of_the_embedded_model_finds_what_float32_finds() -> None:
    documents = list(read_documents([str(SAMPLES)]))
    found = [
        {
            (d.id, e.start, e.end, e.label)
            for d in Annotator.load(precision=p, device="cpu").pipe(documents)
            for e in d.entities
        }
        for p in ("int8", "exact")
    ]
    assert len(found[0] & found[1]) >= 0.95 * len(found[0] | found[1])


@needs_shared
@pytest.mark.slow
@pytest.mark.parametrize("language", ["de", "fr", "en"])
def test_int8_keeps_its_f1(language: str) -> None:
    from annotator.train.measure import measure
    from annotator.train.panx import PanxFolder

    from support.paths import SHARED

    sentences = PanxFolder(SHARED / "data" / "panx").read(language, "dev")[:600]
    f1 = [measure(Annotator.load(precision=p, device="cpu"), sentences)["micro avg"].f1 for p in ("int8", "exact")]
    assert f1[0] >= f1[1] - 0.008  # docs/performance.md has the whole split: on few sentences chance adds to it


def test_auto_takes_the_graph_on_a_cpu(graphs: Path, tiny: Path) -> None:
    assert isinstance(load(graphs), OnnxEngine) and isinstance(load(graphs, precision="exact"), OnnxEngine)
    assert isinstance(load(tiny), TorchEngine) and isinstance(load(graphs, precision="bf16"), TorchEngine)
    batch = batch_of(windows(graphs))
    assert (load(graphs).scores(batch) == load(graphs, precision="int8").scores(batch)).all()
    assert not (load(graphs).scores(batch) == load(graphs, precision="exact").scores(batch)).all()


@pytest.mark.parametrize(
    ("engine", "precision", "device", "message"),
    [
        ("tensorrt", "auto", "cpu", "unknown engine 'tensorrt': use auto, torch, onnx, null"),
        ("auto", "int4", "cpu", "unknown precision 'int4': use auto, exact, bf16, int8"),
        ("onnx", "auto", "cuda", "the onnx engine computes on the CPU, not on 'cuda'"),
        ("auto", "int8", "cuda", "the onnx engine computes on the CPU, not on 'cuda'"),
        ("onnx", "bf16", "cpu", "--precision bf16 is for the torch engine"),
        ("torch", "int8", "cpu", "--precision int8 is for the onnx engine"),
        ("auto", "auto", "tpu", "unknown device 'tpu'"),
    ],
)
def test_what_no_engine_does_is_refused(graphs: Path, engine: str, precision: str, device: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load(graphs, engine, precision, device)


@pytest.mark.parametrize(("precision", "file"), [("auto", EXACT_FILE), ("int8", INT8_FILE)])
def test_a_folder_without_the_graph_is_refused(tiny: Path, precision: str, file: str) -> None:
    with pytest.raises(UsageError, match=f"no {file}: make a folder that has it with `annotate models export`"):
        load(tiny, "onnx", precision)


def test_a_graph_of_other_weights_is_refused(graphs: Path, tmp_path: Path) -> None:
    output = tmp_path / "changed"
    export(graphs, output)
    model = load_reference(graphs)
    with torch.no_grad():
        model.classifier.bias += 1
    model.save_pretrained(output)
    with pytest.raises(AnnotatorError, match=r"annotator.float32.onnx: made of other weights .* models export"):
        load(output)


@pytest.mark.parametrize("content", [b"", b"no graph", b"\x08\x09"])
def test_a_damaged_graph_is_refused(graphs: Path, tmp_path: Path, content: bytes) -> None:
    output = tmp_path / "damaged"
    file = export(graphs, output)
    file.write_bytes(content)
    with pytest.raises(AnnotatorError, match="ONNX Runtime cannot load it"):
        load(output)


def test_a_pickled_engine_scores_alike(graphs: Path) -> None:
    engine = load(graphs)
    batch = batch_of(windows(graphs)[:3])
    pickled = pickle.dumps(engine)
    assert len(pickled) < 1_000
    assert (pickle.loads(pickled).scores(batch) == engine.scores(batch)).all()


def test_out_of_memory_halves_the_batch(tiny: Path) -> None:
    engine = TorchEngine(tiny, "cpu")
    model = engine._model

    def limited(input_ids: torch.Tensor, attention_mask: torch.Tensor) -> object:
        if input_ids.numel() > 100:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.\nGPU 0 has ...")
        return model(input_ids=input_ids, attention_mask=attention_mask)

    some = [w for w in windows(tiny) if len(w.ids) <= 100]
    want = score_windows(some, engine, Budget(64))
    budget = Budget(1_000)
    engine._model = type("Limited", (), {"config": model.config, "__call__": staticmethod(limited)})()
    for left, right in zip(score_windows(some, engine, budget), want, strict=True):
        np.testing.assert_allclose(left, right, atol=2e-4)
    assert budget.slots <= 500
    with pytest.raises(
        AnnotatorError, match=r"single window, of 200 pieces \(CUDA out of memory. Tried to allocate 20.00 MiB.\)"
    ):
        score_windows([Window(np.full(200, 5), np.array([1]), 0, np.array([0]))], engine, budget)


def test_annotate_on_a_cpu_imports_neither_torch_nor_transformers() -> None:
    code = (
        "import sys; from annotator.cli import main; sys.argv = ['annotate', 'samples/de.txt', '--limit', '1', '-q']\n"
        "try: main()\n"
        "finally: print({'torch', 'transformers', 'onnx'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=ENVIRONMENT, cwd=ROOT, check=True)
    assert done.stdout.decode().endswith("\nset()\n")


@pytest.fixture(scope="module")
def two(tiny: Path) -> MultiGpuEngine:
    """The tiny checkpoint in two processes."""
    return MultiGpuEngine(tiny, ["cpu", "cpu"], "exact")


@pytest.mark.slow
def test_several_processes_score_as_one(two: MultiGpuEngine, tiny: Path) -> None:
    one = TorchEngine(tiny, "cpu", "exact")
    assert (two.labels, two.slots, two.most_slots, two.on_gpu) == (one.labels, one.slots, one.most_slots, one.on_gpu)
    assert two.streams == 4
    some = windows(tiny)
    pairs = zip(score_windows(some, two, Budget(256)), score_windows(some, one, Budget(256)), strict=True)
    assert all(np.abs(got - want).max() < 1e-5 for got, want in pairs)
    assert pickle.loads(pickle.dumps(two.__reduce__()))[1] == (tiny, ("cpu", "cpu"), "exact")


@pytest.mark.slow
def test_a_killed_process_of_several_is_an_error_that_names_its_device(two: MultiGpuEngine, tiny: Path) -> None:
    _, pool = two._free.get()
    (number,) = pool._processes
    os.kill(number, signal.SIGKILL)
    two._free.put(("cpu", pool))
    with pytest.raises(AnnotatorError, match="the process of device cpu was killed"):
        score_windows(windows(tiny), two, Budget(64))


@pytest.mark.slow
def test_what_one_of_several_cannot_load_is_told(tmp_path: Path) -> None:
    with pytest.raises(AnnotatorError, match="not a token-classification checkpoint"):
        MultiGpuEngine(tmp_path, ["cpu", "cpu"])


def test_all_gpus_are_one_engine_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    assert devices("cuda:all") == ["cuda:0", "cuda:1", "cuda:2"] and devices("cuda") == ["cuda"]
    monkeypatch.undo()
    if not torch.cuda.is_available():
        with pytest.raises(UsageError, match="no device 'cuda:all': use --device cpu or auto"):
            devices("cuda:all")
