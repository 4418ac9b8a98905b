"""One way to tag a text file, measured in a process of its own: `python benchmarks/ways.py WAY MODEL TEXT`.

Prints a JSON object. `seconds` is the time from the text file to the file of entities with the model already loaded,
or from prepared batches to scores for the engines alone; `memory` is the peak resident size of the process in bytes.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from spacy.language import Language

    from annotator.engines.base import Batch
    from annotator.pipeline import Annotator
    from annotator.prepare.preparer import Prepared

Way = Callable[[Path, Path], dict[str, Any]]
BATCH_SIZES = (1, 8, 32)
WARM_UP = "To be ready."


def annotate(engine: str, precision: str) -> Way:
    """What `annotate` does; also measures the share of the time in which the engine was computing."""

    def way(model: Path, text: Path) -> dict[str, Any]:
        annotator = load(model, engine, precision)
        busy = BusyTime(annotator.engine.scores)
        annotator.engine.scores = busy.scores  # type: ignore[method-assign]
        next(annotator.pipe([WARM_UP]))
        busy.intervals.clear()
        with tempfile.TemporaryFile() as output:
            started = time.perf_counter()
            for part in conll(annotator, text):
                output.write(part)
            seconds = time.perf_counter() - started
        return {"seconds": seconds, "in_engine": busy.seconds() / seconds}

    return way


def load(model: Path, engine: str, precision: str) -> Annotator:
    """The annotator, in a process that is set up like that of the command."""
    from annotator.system.process_setup import collect_garbage_less, import_spacy

    collect_garbage_less()
    import_spacy()
    from annotator.pipeline import Annotator

    return Annotator.load(model, engine=engine, precision=precision, device="cpu")


def conll(annotator: Annotator, text: Path, workers: int = 0) -> Iterator[bytes]:
    """The text annotated as CoNLL, one part per document."""
    from annotator.formats.conll import write
    from annotator.input.records import read_documents

    return write(annotator.pipe(read_documents([str(text)]), workers=workers))


def null_engine(workers: int) -> Way:
    """`annotate` with the null engine at full speed: the first quarter of the text is not timed."""

    def way(model: Path, text: Path) -> dict[str, Any]:
        parts = conll(load(model, "null", "auto"), text, workers)
        with text.open("rb") as file:
            documents = sum(1 for _ in file)
        for _ in range(documents // 4):
            next(parts)
        lines = blank = 0
        started = time.perf_counter()
        for part in parts:
            lines += part.count(b"\n")
            blank += part.count(b"\n\n")
        return {"seconds": time.perf_counter() - started, "words": lines - blank}

    return way


class BusyTime:
    """Calls an engine's `scores`, and records for how long at least one call was under way."""

    def __init__(self, scores: Callable[[Batch], NDArray[np.float32]]) -> None:
        self._scores = scores
        self.intervals: list[tuple[float, float]] = []
        self._lock = threading.Lock()

    def scores(self, batch: Batch) -> NDArray[np.float32]:
        """The engine's scores of the batch."""
        started = time.perf_counter()
        try:
            return self._scores(batch)
        finally:
            with self._lock:
                self.intervals.append((started, time.perf_counter()))

    def seconds(self) -> float:
        """The total time during which at least one call was under way."""
        covered = end = 0.0
        for start, stop in sorted(self.intervals):
            covered += max(0.0, stop - max(start, end))
            end = max(end, stop)
        return covered


def engine_alone(engine: str, precision: str) -> Way:
    """The engine on prepared batches, with as many threads as it has streams."""

    def way(model: Path, text: Path) -> dict[str, Any]:
        from annotator.engines import load_engine
        from annotator.engines.base import EngineOptions
        from annotator.engines.batching import batches_by_length, make_batch

        loaded = load_engine(model, EngineOptions(engine, "cpu", precision))
        windows = prepared(model, text).windows
        batches = [make_batch(windows, indices) for indices in batches_by_length(windows.lengths, loaded.slots)]
        loaded.scores(batches[-1])
        with ThreadPoolExecutor(loaded.streams) as pool:
            started = time.perf_counter()
            list(pool.map(loaded.scores, batches))
            return {"seconds": time.perf_counter() - started}

    return way


def prepared(model: Path, text: Path) -> Prepared:
    """The sentences and windows of the text."""
    from annotator.checkpoints.folder import load_tokenizer, max_pieces
    from annotator.input.records import read_documents
    from annotator.prepare.encode import Encoder
    from annotator.prepare.preparer import Preparer, contents
    from annotator.prepare.segment import Segmenter

    prepare = Preparer(Segmenter(), Encoder(load_tokenizer(model), max_pieces(model)))
    return prepare(contents(read_documents([str(text)])))


def hf_pipeline(batch_size: int) -> Way:
    """`transformers.pipeline`, which aggregates pieces to entities."""

    def way(model: Path, text: Path) -> dict[str, Any]:
        import torch
        from transformers import pipeline

        tag = pipeline(
            "token-classification", model=str(model), aggregation_strategy="simple", batch_size=batch_size,
            device="cpu", dtype=torch.float32,
        )  # fmt: skip
        tag([WARM_UP])
        with tempfile.TemporaryFile("w", encoding="utf-8") as output:
            started = time.perf_counter()
            for found in tag(text.read_text(encoding="utf-8").splitlines()):
                for entity in found:
                    output.write(f"{entity['start']}\t{entity['end']}\t{entity['entity_group']}\n")
                output.write("\n")
            return {"seconds": time.perf_counter() - started}

    return way


def hf_token_pipe(batch_size: int) -> Way:
    """The spaCy component of spacy-huggingface-pipelines."""

    def way(model: Path, text: Path) -> dict[str, Any]:
        import spacy

        nlp = spacy.blank("xx")
        options = {"batch_size": batch_size, "dtype": "float32"}
        nlp.add_pipe("hf_token_pipe", config={"model": str(model), "alignment_mode": "expand", "kwargs": options})
        nlp(WARM_UP)
        with tempfile.TemporaryFile("w", encoding="utf-8") as output:
            started = time.perf_counter()
            for doc in nlp.pipe(text.read_text(encoding="utf-8").splitlines()):
                output.writelines(f"{token.text}\t{token.ent_iob_}-{token.ent_type_}\n" for token in doc)
            return {"seconds": time.perf_counter() - started}

    return way


def spacy_ner(processes: int) -> Way:
    """The named-entity recognizer of a pipeline of spaCy's, without the components that it does not need."""

    def way(model: Path, text: Path) -> dict[str, Any]:
        nlp = ner_alone(model.name)
        nlp(WARM_UP)
        with tempfile.TemporaryFile("w", encoding="utf-8") as output:
            started = time.perf_counter()
            for doc in nlp.pipe(text.read_text(encoding="utf-8").splitlines(), n_process=processes):
                output.writelines(f"{token.text}\t{token.ent_iob_}-{token.ent_type_}\n" for token in doc)
            return {"seconds": time.perf_counter() - started}

    return way


def ner_alone(package: str) -> Language:
    """The pipeline of an installed package of spaCy's with its named-entity recognizer, and what that listens to."""
    import spacy

    nlp = spacy.load(package)
    listens = "Listener" in nlp.config["components"]["ner"]["model"]["tok2vec"]["@architectures"]
    nlp.select_pipes(enable=["tok2vec", "ner"] if listens else ["ner"])
    return nlp


def matrix_peak(_model: Path, _text: Path) -> dict[str, Any]:
    """The machine's peak rate of float32 matrix products, in operations per second."""
    import torch

    left, right = torch.rand(2, 2048, 2048).unbind()
    best = min(timed(lambda: left @ right) for _ in range(10))
    return {"seconds": best, "flops": 2 * 2048**3 / best}


def timed(action: Callable[[], object]) -> float:
    """The seconds that the action takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def sizes(model: Path, text: Path) -> dict[str, Any]:
    """The words and pieces of the text, and the operations that the model needs for them without padding."""
    ready = prepared(model, text)
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    width, inner, layers = config["hidden_size"], config["intermediate_size"], config["num_hidden_layers"]
    lengths = np.array([len(window.ids) for window in ready.windows])
    products = layers * (8 * width * width + 4 * width * inner) * int(lengths.sum())
    attention = layers * 4 * width * int(np.square(lengths).sum())
    words = sum(len(sentence) for sentences in ready.sentences for sentence in sentences)
    return {"words": words, "pieces": int(lengths.sum()), "flops": products + attention}


PIPELINES = {f"transformers.pipeline, batch {size}": hf_pipeline(size) for size in BATCH_SIZES}
SPACY_PIPES = {"spaCy hf_token_pipe, batch 8": hf_token_pipe(8)}
ANNOTATE = {
    "annotate, torch float32": annotate("torch", "exact"),
    "annotate, onnx float32": annotate("onnx", "exact"),
    "annotate, onnx int8": annotate("onnx", "int8"),
}
BF16 = {"annotate, torch bf16": annotate("torch", "bf16")}
SPACY_NER = {f"spaCy NER, {number} process{'es' * (number > 1)}": spacy_ner(number) for number in (1, 2)}
ENGINES_ALONE = {
    "engine alone, torch float32": engine_alone("torch", "exact"),
    "engine alone, onnx float32": engine_alone("onnx", "exact"),
    "engine alone, onnx int8": engine_alone("onnx", "int8"),
}
NULL_ENGINE = {
    "annotate, null engine": null_engine(0),
    "annotate, null engine, 1 worker": null_engine(1),
    "annotate, null engine, 2 workers": null_engine(2),
}
WAYS: dict[str, Way] = {
    **PIPELINES, **SPACY_PIPES, **ANNOTATE, **BF16, **SPACY_NER, **ENGINES_ALONE, **NULL_ENGINE,
    "matrix peak": matrix_peak, "sizes": sizes,
}  # fmt: skip


def peak_memory() -> int:
    """The peak resident size of this process, in bytes."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    # On Linux, getrusage includes the size of the process that started this one.
    (line,) = [line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def main() -> None:
    """Measure one way and print the measurements."""
    way, model, text = sys.argv[1:]
    found = WAYS[way](Path(model), Path(text))
    found["memory"] = peak_memory()
    click.echo(json.dumps(found))


if __name__ == "__main__":
    main()
