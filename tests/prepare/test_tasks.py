"""What is annotated together."""

from __future__ import annotations

from annotator.document import Document, Origin
from annotator.prepare.chunk_sizes import ChunkSizes
from annotator.prepare.segment import Segmenter
from annotator.prepare.tasks import Task, tasks_of

SIZES = ChunkSizes(full=50, long=100)


def document(text: str) -> Document:
    return Document("d", text, Origin("t", 1))


def test_a_chunk_is_a_task() -> None:
    chunks = [[document("a b"), document("c")], [document("d")], []]
    assert list(tasks_of(chunks, Segmenter(), SIZES)) == [Task(chunk) for chunk in chunks]


def test_the_parts_of_a_long_document_are_tasks_that_follow_each_other() -> None:
    long = document("One sentence. " * 30)
    tasks = list(tasks_of([[long], [document("x")]], Segmenter(), SIZES))
    assert len(tasks) > 3 and tasks[-1] == Task([document("x")])
    parts = tasks[:-1]
    assert all(part.part_of is long and len(part.documents) == 1 for part in parts)
    assert [part.is_last for part in parts] == [False] * (len(parts) - 1) + [True]
    for part in parts:
        (own,) = part.documents
        assert long.text[part.start : part.start + len(own.text)] == own.text
