"""Worker processes prepare what this process would, in the same order."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import synchronize
from pathlib import Path

import psutil
import pytest

from annotator.checkpoints.folder import load_tokenizer
from annotator.document import Document, Origin
from annotator.errors import AnnotatorError, RecordError
from annotator.prepare.encode import Encoder
from annotator.prepare.preparer import Preparer, contents
from annotator.prepare.segment import Segmenter
from annotator.prepare.workers import prepare_ahead


@dataclass
class Documents:
    documents: list[Document]


def tasks(count: int) -> list[Documents]:
    return [Documents([Document(f"{i}", f"Rom {i}. <b>Bern</b>.", Origin("t", i + 1))]) for i in range(count)]


@pytest.mark.slow
def test_workers_prepare_in_order_and_only_as_far_ahead_as_needed(tiny: Path) -> None:
    taken = 0

    def counted() -> Iterator[Documents]:
        nonlocal taken
        for taken, task in enumerate(tasks(12), start=1):  # noqa: B007  counted for the assertion below
            yield task
        raise RecordError("t:13", "cannot be read")

    preparer = Preparer(Segmenter(), Encoder(load_tokenizer(tiny), 64), "keep")
    found = []
    with pytest.raises(RecordError, match=r"t:13"):
        for task, prepared in prepare_ahead(preparer, counted(), 2):
            found.append(task.documents[0].id)
            assert taken <= len(found) + 5
            expected = preparer(contents(task.documents))
            assert prepared.sentences == expected.sentences
            assert prepared.roles.tolist() == expected.roles.tolist()
            assert prepared.windows.ids.tolist() == expected.windows.ids.tolist()
    assert found == [str(i) for i in range(12)]


@pytest.mark.slow
def test_a_killed_worker_is_an_error_with_a_remedy(tiny: Path) -> None:
    prepared = prepare_ahead(Preparer(Segmenter(), Encoder(load_tokenizer(tiny), 64)), iter(tasks(30)), 1)
    next(prepared)
    for child in psutil.Process().children():
        if "spawn_main" in " ".join(child.cmdline()):
            child.kill()
    with pytest.raises(AnnotatorError, match=r"a worker process was killed, .*: use fewer workers, or 0") as raised:
        list(prepared)
    assert "{workers}" in raised.value.remedy


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.EROFS, "Read-only file system"), "Read-only file system"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (ImportError("no sem_open here"), "no sem_open here"),
    ],
)
def test_workers_without_shared_memory_are_an_error_with_a_remedy(
    error: Exception, reason: str, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(synchronize.SemLock, "__init__", lacking)
    preparer = Preparer(Segmenter(), Encoder(load_tokenizer(tiny), 64))
    what = re.escape(f"worker processes cannot be started ({reason}): they need semaphores")
    with pytest.raises(AnnotatorError, match=f"^{what}.* use workers 0$"):
        next(prepare_ahead(preparer, iter(tasks(1)), 2))
