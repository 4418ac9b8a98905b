"""The private parts of other libraries that are used are there, and nothing breaks where one is gone."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from types import SimpleNamespace
from typing import Any

import onnxruntime
import pytest
from spacy.util import registry

from annotator.system.compat import (
    close_result_writer,
    ignore_spacy_plugins,
    onnx_load_errors,
    start_processes,
    torch_import_blocked,
)


@pytest.fixture
def pool() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        yield pool


def test_all_processes_start_and_the_writer_is_closed(pool: ProcessPoolExecutor) -> None:
    assert start_processes(pool, 2) and len(pool._processes) == 2
    results: Any = pool._result_queue
    assert not results._writer.closed
    close_result_writer(pool)
    assert results._writer.closed and pool.submit(abs, -1).result(timeout=60) == 1


def test_a_pool_without_its_private_parts_is_left_alone() -> None:
    bare: Any = SimpleNamespace()
    assert not start_processes(bare, 2)
    close_result_writer(bare)


def test_torch_is_blocked_only_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace())
    with torch_import_blocked(), pytest.raises(ModuleNotFoundError):
        import torch  # noqa: F401
    assert "torch" not in sys.modules


def test_plugins_of_spacy_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    factories: Any = registry._entry_point_factories
    monkeypatch.setattr(factories, "entry_points", True)
    ignore_spacy_plugins()
    assert factories.entry_points is False and "annotator" not in factories.get_all()
    monkeypatch.delattr(registry, "_entry_point_factories")
    ignore_spacy_plugins()


def test_errors_of_onnx_runtime_are_those_that_it_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = onnx_load_errors()
    assert len(errors) == 6 and RuntimeError not in errors
    with pytest.raises(errors):
        onnxruntime.InferenceSession(b"no graph", providers=["CPUExecutionProvider"])
    monkeypatch.delattr(onnxruntime.capi, "onnxruntime_pybind11_state")
    assert onnx_load_errors() == (RuntimeError,)
