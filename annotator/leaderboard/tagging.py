"""A model tags corpora in a process of its own, so that its memory can be told and its death is only its own."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from annotator.document import Document
from annotator.errors import AnnotatorError, first_line, lack_of_memory
from annotator.files.sinks import open_sink
from annotator.formats import FORMATS
from annotator.formats.base import ReadOptions, WriteOptions
from annotator.input.records import open_input
from annotator.leaderboard.kept import Kept, Tagged
from annotator.pipeline import Annotator
from annotator.system.memory import peak_memory
from annotator.system.processes import end_with_parent, spawned_pool

DIED = "the process of the model died (was it killed for lack of memory?)"
_LOSSLESS = WriteOptions(style="words")


@dataclass(frozen=True, slots=True)
class Task:
    """A corpus to tag: the gold file, the file to write, and how many sentences to take (None: all)."""

    gold: str
    path: str
    limit: int | None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a corpus could not be tagged or scored, in one line."""

    reason: str


def tag_corpora(model: str, device: str, tasks: Sequence[Task], kept: Kept) -> Iterator[Tagged | Failure]:
    """Each corpus as the model tags it, kept as soon as it is complete, or why it cannot tag it."""
    pool: ProcessPoolExecutor | None = None
    try:
        for task in tasks:
            pool = pool or spawned_pool(1, _begin)
            try:
                tagged = pool.submit(_tag, model, device, task).result()
            except BrokenProcessPool:
                pool.shutdown()
                pool = None
                yield Failure(DIED)
                continue
            if isinstance(tagged, Tagged):
                kept.add(tagged)
            yield tagged
    finally:
        if pool:
            pool.shutdown(cancel_futures=True)


def first_documents(documents: Iterable[Document], limit: int | None) -> Iterator[Document]:
    """The documents with the first `limit` sentences, the last one complete; one without sentences counts as one."""
    left = limit
    for document in documents:
        if left is not None:
            if left <= 0:
                return
            left -= 1 if document.sentences is None else len(document.sentences)
        yield document


_loaded: dict[tuple[str, str], Annotator] = {}  # the model of this process


def _begin() -> None:
    end_with_parent()


def _tag(model: str, device: str, task: Task) -> Tagged | Failure:
    try:
        if (model, device) not in _loaded:
            _loaded[model, device] = Annotator.load(model, device=device)
        return tag_with(_loaded[model, device], task)
    except AnnotatorError as error:
        return Failure(str(error))
    except Exception as error:  # whatever a model raises is told in its row
        return Failure(lack_of_memory(error) or f"{type(error).__name__}: {first_line(error)}")


def tag_with(annotator: Annotator, task: Task) -> Tagged:
    """The corpus as an annotator tags it. Raises AnnotatorError for a gold file that cannot be read."""
    documents = first_documents(open_input([task.gold], None, ReadOptions()).documents(), task.limit)
    write = FORMATS["jsonl"].writer()
    words = 0
    begun = time.perf_counter()
    with open_sink(Path(task.path), force=True) as sink:
        for document in annotator.pipe(documents):
            words += sum(map(len, document.sentences or ()))
            for part in write([document], _LOSSLESS):
                sink.write(part)
    return Tagged(task.path, annotator.labels, words, time.perf_counter() - begun, peak_memory())
