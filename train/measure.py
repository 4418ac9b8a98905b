"""F1 of a checkpoint on tagged corpora, through the same stages that annotate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from seqeval.metrics import classification_report

from annotator.document import Document, Origin, Sentence, Word, sentence_tags
from annotator.pipeline import Annotator

from .corpora import TaggedSentence


@dataclass(frozen=True, slots=True)
class Score:
    """Exact-match scores of entities, between 0 and 1, and how many gold ones there are."""

    precision: float
    recall: float
    f1: float
    support: int


def as_documents(sentences: Iterable[TaggedSentence]) -> Iterator[Document]:
    """Each sentence as a document that keeps the sentence's words, joined by spaces."""
    for number, sentence in enumerate(sentences, start=1):
        words: list[Word] = []
        end = -1
        for word in sentence.words:
            words.append(Word(end + 1, end + 1 + len(word)))
            end = words[-1].end
        origin = Origin("sentence", number)
        yield Document(str(origin), " ".join(sentence.words), origin, sentences=(Sentence(tuple(words)),))


def predict(annotator: Annotator, sentences: Sequence[TaggedSentence]) -> list[list[str]]:
    """The IOB2 tags that the annotator gives the words of each sentence."""
    return [tags for document in annotator.pipe(as_documents(sentences)) for _, tags in sentence_tags(document)]


def measure(annotator: Annotator, sentences: Sequence[TaggedSentence]) -> dict[str, Score]:
    """Scores by label, and under `micro avg` of all of them, as seqeval counts."""
    report = classification_report(
        [list(s.tags) for s in sentences], predict(annotator, sentences), output_dict=True, zero_division=0
    )
    return {
        name: Score(float(row["precision"]), float(row["recall"]), float(row["f1-score"]), int(row["support"]))
        for name, row in report.items()
        if not name.startswith(("macro", "weighted"))
    }
