"""Worker processes that segment and encode ahead of the engine, but only as many chunks as are needed soon."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Protocol, TypeVar

from annotator.document import Document
from annotator.errors import AnnotatorError, first_line
from annotator.prepare.preparer import Content, Prepared, Preparer, contents
from annotator.system.prefetch import prefetch
from annotator.system.process_setup import collect_garbage_less, import_spacy
from annotator.system.processes import end_with_parent, spawned_pool

# How many chunks are prepared or waiting in addition to one per worker.
AHEAD = 2


class Task(Protocol):
    """Anything with documents to prepare."""

    @property
    def documents(self) -> Sequence[Document]:
        """The documents."""


TaskT = TypeVar("TaskT", bound=Task)


def prepare_ahead(preparer: Preparer, tasks: Iterable[TaskT], workers: int) -> Iterator[tuple[TaskT, Prepared]]:
    """The tasks, in order, each with its documents prepared by a copy of the preparer in one of `workers` processes.

    Raises AnnotatorError if workers cannot be started, and if one dies.
    """
    try:
        pool = _started(preparer, workers)
        begun = ((task, pool.submit(_prepare, contents(task.documents))) for task in tasks)
        try:
            for task, future in prefetch(begun, workers + AHEAD):
                yield task, future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    except BrokenProcessPool as error:
        raise AnnotatorError(
            "a worker process was killed, perhaps for lack of memory", "use fewer {workers}, or 0 to use none"
        ) from error


def _started(preparer: Preparer, workers: int) -> ProcessPoolExecutor:
    try:
        return spawned_pool(workers, _begin, pickle.dumps(preparer))
    except (OSError, ImportError) as error:  # ImportError where Python was built without semaphores
        reason = getattr(error, "strerror", None) or first_line(error)
        raise AnnotatorError(
            f"worker processes cannot be started ({reason}): they need semaphores, which Linux keeps in /dev/shm",
            "mount it writable and not full, or use {workers} 0",
        ) from error


_preparer: Preparer | None = None


def _begin(preparer: bytes) -> None:
    global _preparer  # noqa: PLW0603  # the only way to hand a value to the processes of a pool
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the parent ends the workers
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # one core per worker
    end_with_parent()
    collect_garbage_less()
    import_spacy()  # before unpickling the segmenter, which would import it in full
    _preparer = pickle.loads(preparer)


def _prepare(given: Sequence[Content]) -> Prepared:
    assert _preparer is not None
    return _preparer(given)
