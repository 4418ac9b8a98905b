"""The counts of a run."""

from __future__ import annotations

from annotator.document import Document, Entity, Origin, Sentence
from annotator.errors import RecordError
from annotator.input.chunks import Chunk
from annotator.run.counts import Counts
from annotator.run.progress import Progress


def test_counts_of_chunks_add_up() -> None:
    document = Document(
        "a",
        "Rom und Bern",
        Origin("t", 1),
        sentences=(Sentence.of([0, 3, 4, 7, 8, 12]),),
        entities=(Entity(0, 3, "LOC"),),
    )
    progress = Progress(Counts(), total=None)
    progress.moved_to(Chunk([document], [0], [RecordError(Origin("t", 2), "not UTF-8")]), [document])
    progress.moved_to(Chunk([document], [0]), [document])
    assert progress.counts == Counts(read=3, written=2, rejected=1, words=6, entities=2)
    assert str(progress).startswith("read 3 = written 2 + rejected 1 documents; 6 words, 2 entities in ")
