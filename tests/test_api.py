"""The Python API: Annotator in threads, pickled and closed."""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

import annotator as annotator_package
from annotator import Annotator, Document, pipeline
from annotator.document import Origin
from annotator.engines.batching import Budget
from annotator.errors import AnnotatorError
from annotator.prepare.segment import Segmenter
from support.paths import SAMPLES

TEXTS = [line for path in sorted(SAMPLES.glob("*.txt")) for line in path.read_text(encoding="utf-8").splitlines()][:60]


@pytest.fixture(scope="module")
def annotator(tiny: Path) -> Annotator:
    return Annotator.load(tiny, device="cpu", labels=["PER", "LOC"], min_score=0.3)


# Importing and calling.


def test_the_public_names_are_these_and_each_is_there() -> None:
    assert set(annotator_package.__all__) == {
        "Annotator", "AnnotatorError", "Document", "Entity", "Origin", "RecordError", "Sentence", "Word",
        "read_documents", "write_documents",
    }  # fmt: skip
    for name in annotator_package.__all__:
        assert getattr(annotator_package, name).__name__ == name and name in dir(annotator_package)
    assert issubclass(annotator_package.RecordError, annotator_package.AnnotatorError)
    with pytest.raises(AttributeError, match="no attribute 'Segmenter'"):
        annotator_package.Segmenter  # noqa: B018


@pytest.mark.parametrize("name", ["run", "output", "cli"])
def test_other_packages_say_that_they_are_internal(name: str) -> None:
    assert "Internal" in (import_module(f"annotator.{name}").__doc__ or "")


def test_importing_loads_nothing_heavy() -> None:
    code = "import sys, annotator; sys.exit(any(m in sys.modules for m in ('torch', 'spacy', 'numpy', 'transformers')))"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_text_a_document_and_a_stream_give_the_same(annotator: Annotator) -> None:
    document = Document("a", TEXTS[0], Origin("t", 1))
    assert annotator(TEXTS[0]).entities == annotator(document).entities
    assert annotator(document).id == "a"
    assert [d.text for d in annotator.pipe(iter(TEXTS))] == TEXTS


def test_labels_are_those_kept(annotator: Annotator, tiny: Path) -> None:
    assert annotator.labels == ("PER", "LOC")
    assert Annotator.load(tiny, device="cpu").labels == ("PER", "ORG", "LOC")


# Threads.


def test_threads_get_what_one_thread_gets(annotator: Annotator) -> None:
    alone = [annotator(text) for text in TEXTS]
    stream = list(annotator.pipe(TEXTS))
    assert sum(len(d.entities) for d in alone) > 10
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as pool:
            streams = [pool.submit(lambda: list(annotator.pipe(TEXTS))) for _ in range(4)]
            assert list(pool.map(annotator, TEXTS)) == alone
            assert all(future.result() == stream for future in streams)
    finally:
        sys.setswitchinterval(interval)


# Pickles.


def test_a_pickle_is_a_recipe_and_its_copy_annotates_alike(
    annotator: Annotator, tiny: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tiny.parent)
    relative = Annotator.load(tiny.name, device="cpu", labels=["PER", "LOC"], min_score=0.3, batch_tokens=77)
    pickled = pickle.dumps(relative)
    assert len(pickled) < 1_000
    monkeypatch.chdir(tmp_path)
    copy = pickle.loads(pickled)
    assert copy.recipe == relative.recipe and copy.budget.slots == 77
    assert pickle.loads(pickle.dumps(copy)).recipe == relative.recipe
    assert [[e[:3] for e in entities(d)] for d in copy.pipe(TEXTS)] == [
        [e[:3] for e in entities(d)] for d in annotator.pipe(TEXTS)
    ]


def entities(document: Document) -> list[tuple[int, int, str, float | None]]:
    return [(e.start, e.end, e.label, e.score) for e in document.entities]


def test_copies_in_one_process_share_their_model(annotator: Annotator) -> None:
    first, second = (pickle.loads(pickle.dumps(annotator)) for _ in range(2))
    assert first.engine is second.engine is not annotator.engine
    first.close()
    assert second(TEXTS[0]) == annotator(TEXTS[0])
    with pytest.raises(AnnotatorError):
        first(TEXTS[0])
    assert pickle.loads(pickle.dumps(annotator)).engine is not second.engine


def test_the_model_of_a_copy_is_freed(annotator: Annotator) -> None:
    copy = pickle.loads(pickle.dumps(annotator))
    model = weakref.ref(copy.engine._model)
    copy.close()
    gc.collect()  # some versions of transformers hold the model in a cycle
    assert model() is None and not pipeline._unpickled


def test_known_names_stay_names(annotator: Annotator, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.pipeline.find_checkpoint", lambda _: tiny)
    loaded = Annotator.load(device="cpu")
    assert loaded.recipe is not None and loaded.recipe.model == "panx-mini"


def test_an_annotator_put_together_from_parts_is_not_pickled(annotator: Annotator) -> None:
    with pytest.raises(AnnotatorError, match=r"Annotator\.load"):
        pickle.dumps(replace(annotator, budget=Budget(5)))


def test_engines_and_segmenters_are_pickled_as_what_loads_them(annotator: Annotator) -> None:
    pickled = pickle.dumps(annotator.engine)
    assert len(pickled) < 1_000
    assert pickle.loads(pickled).labels == annotator.engine.labels
    assert list(pickle.loads(pickle.dumps(Segmenter("de"))).sentences("Das z.B. ist. So."))


WORK = """
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
import torch
from annotator import Annotator

if __name__ == "__main__":
    _, folder, method, text = sys.argv
    torch.set_num_threads(2)
    ner = Annotator.load(folder, device="cpu")
    alone = ner(text)
    if method == "loky":
        from joblib import Parallel, delayed
        results = Parallel(2)(delayed(ner)(text) for _ in range(4))
    else:
        with ProcessPoolExecutor(2, get_context(method)) as pool:
            results = list(pool.map(ner, [text] * 4))
    assert [[(e.start, e.end, e.label) for e in d.entities] for d in results] == [
        [(e.start, e.end, e.label) for e in alone.entities]] * 4
"""


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fork", "spawn", "loky"])
def test_other_processes_annotate_alike(method: str, tiny: Path, tmp_path: Path) -> None:
    if method == "fork" and not hasattr(os, "fork"):
        pytest.skip("no fork here")
    if method == "loky":
        pytest.importorskip("joblib")
    (tmp_path / "work.py").write_text(WORK, encoding="utf-8")
    text = " ".join(TEXTS[:5])
    done = subprocess.run(
        [sys.executable, "work.py", str(tiny), method, text],
        cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


# Closing.


def test_closing_frees_the_model_and_later_calls_say_so(tiny: Path) -> None:
    with Annotator.load(tiny, device="cpu") as annotator:
        model = weakref.ref(annotator.engine._model)  # type: ignore[attr-defined]  # it is the torch engine
        started = annotator.pipe(TEXTS)
        next(started)
    gc.collect()  # some versions of transformers hold the model in a cycle
    assert model() is None
    assert "Annotator" in repr(annotator)
    for text in (TEXTS[0], ""):
        with pytest.raises(AnnotatorError, match=r"^this Annotator is closed: .*Annotator\.load") as raised:
            annotator(text)
        assert "\n" not in str(raised.value)
    annotator.close()  # twice is no error
    assert len(list(started)) == len(TEXTS) - 1  # its chunk was scored
