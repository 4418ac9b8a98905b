"""Every use of private parts of the standard library, spaCy and ONNX Runtime.

Each function names the private part that it uses, the versions that it was tested with, and what it does where that
part is gone. `tests/system/test_compat.py` fails where one is gone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # imported by whoever has a pool: `annotate --help` needs none
    from concurrent.futures import ProcessPoolExecutor

_ONNX_LOAD_ERRORS = ("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NoSuchFile", "NotImplemented")


def start_processes(pool: ProcessPoolExecutor, count: int) -> bool:
    """Start all `count` processes of a pool instead of one for each task, and return whether that was possible.

    Uses `ProcessPoolExecutor._processes`; tested with CPython 3.11. Where it is gone, the pool starts its processes as
    tasks arrive.
    """
    processes = getattr(pool, "_processes", None)
    if processes is None:
        return False
    while len(processes) < count:
        pool.submit(_do_nothing)
    return True


def _do_nothing() -> None:
    pass


def close_result_writer(pool: ProcessPoolExecutor) -> None:
    """Close this process's copy of the end of the pipe into which a pool's processes write their results.

    A process that is killed halfway through a result leaves the reader waiting for the rest, unless no other process
    could write it. Every process of the pool must have been started, because each one inherits the copy.

    Uses `ProcessPoolExecutor._result_queue` and `SimpleQueue._writer`; tested with CPython 3.11. Where they are gone,
    the copy stays open, and a kill at that moment makes the reader wait for ever.
    """
    writer = getattr(getattr(pool, "_result_queue", None), "_writer", None)
    if writer is not None:
        writer.close()


@contextmanager
def torch_import_blocked() -> Iterator[None]:
    """Make `import torch` raise ModuleNotFoundError, and allow it again afterwards. torch must not be imported yet.

    Relies on thinc and spaCy treating torch as optional; tested with spaCy 3.7.5 and 3.8.18, thinc 8.2.5 and 8.3.14.
    Should spaCy come to require torch, importing it in here raises ModuleNotFoundError.
    """
    sys.modules["torch"] = None  # type: ignore[assignment]  # the import system takes None as "there is no such module"
    try:
        yield
    finally:
        del sys.modules["torch"]


def ignore_spacy_plugins() -> None:
    """Keep spaCy from importing the packages that declare components for it as entry points.

    Uses `spacy.util.registry._entry_point_factories`; tested with spaCy 3.7.5 and 3.8.18. Where it is gone, the
    packages are imported, which takes longer and may import torch.
    """
    from spacy.util import registry

    factories = getattr(registry, "_entry_point_factories", None)
    if factories is not None:
        factories.entry_points = False


def onnx_load_errors() -> tuple[type[Exception], ...]:
    """The exceptions that ONNX Runtime raises for a graph that it cannot load.

    Uses `onnxruntime.capi.onnxruntime_pybind11_state`, because no public module has them; tested with ONNX Runtime
    1.20.0 and 1.32.0. Where they are all gone, RuntimeError is taken for them.
    """
    import onnxruntime

    state = getattr(onnxruntime.capi, "onnxruntime_pybind11_state", None)
    found = tuple(getattr(state, name) for name in _ONNX_LOAD_ERRORS if hasattr(state, name))
    return found or (RuntimeError,)
