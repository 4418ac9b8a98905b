"""Processes that segment and encode ahead of the engine, as many chunks as are soon needed and no more."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import Protocol, TypeVar

from annotator.document import Document
from annotator.errors import AnnotatorError
from annotator.prepare.encode import Encoder
from annotator.prepare.preparer import Content, Prepared, Preparer, contents
from annotator.prepare.segment import Segmenter
from annotator.system.lookahead import take_ahead
from annotator.system.processes import end_with_parent, spawned_pool
from annotator.system.startup import collect_less, import_spacy

# Chunks that are prepared or waiting, besides one a worker.
AHEAD = 2


class Task(Protocol):
    """Something with documents to prepare."""

    @property
    def documents(self) -> Sequence[Document]:
        """The documents."""


TaskT = TypeVar("TaskT", bound=Task)


def prepare_ahead(
    segmenter: Segmenter, encoder: Encoder, tasks: Iterable[TaskT], workers: int
) -> Iterator[tuple[TaskT, Prepared]]:
    """The tasks, in order, each with its documents prepared by one of `workers` processes.

    Raises AnnotatorError if a worker dies.
    """
    stages = pickle.dumps((segmenter, encoder))
    try:
        pool = spawned_pool(workers, _begin, stages)
        begun = ((task, pool.submit(_prepare, contents(task.documents))) for task in tasks)
        try:
            for task, future in take_ahead(begun, workers + AHEAD):
                yield task, future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    except BrokenProcessPool as error:
        raise AnnotatorError(
            "a worker process was killed, perhaps for want of memory: use fewer --workers (0 needs none)"
        ) from error


_preparer: Preparer | None = None


def _begin(stages: bytes) -> None:
    global _preparer  # noqa: PLW0603  # the way to give a pool's process something
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes: the first one tells the others
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # one core a worker
    end_with_parent()
    collect_less()
    import_spacy()  # before the stages are unpickled, which imports it too
    _preparer = Preparer(*pickle.loads(stages))


def _prepare(given: Sequence[Content]) -> Prepared:
    assert _preparer is not None
    return _preparer(given)
