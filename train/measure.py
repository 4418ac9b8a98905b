"""F1 of a checkpoint on tagged corpora, predicted by the same stages that `annotate` runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from annotator.document import Document, Origin, Sentence
from annotator.evaluate.matching import Span, Tally, spans_of
from annotator.evaluate.metrics import calibration, scores
from annotator.labels import sentence_tags
from annotator.pipeline import Annotator

from .corpora import TaggedSentence

MICRO = "micro avg"  # the key of the scores of all labels together


@dataclass(frozen=True, slots=True)
class Score:
    """Exact-match scores of entities, between 0 and 1, and the number of gold entities."""

    precision: float
    recall: float
    f1: float
    support: int


def as_documents(sentences: Iterable[TaggedSentence]) -> Iterator[Document]:
    """Each sentence as a document of the same words, joined by spaces, without entities."""
    for number, sentence in enumerate(sentences, start=1):
        offsets: list[int] = []
        end = -1
        for word in sentence.words:
            start, end = end + 1, end + 1 + len(word)
            offsets += (start, end)
        origin = Origin("sentence", number)
        yield Document(str(origin), " ".join(sentence.words), origin, sentences=(Sentence.of(offsets),))


def predict(annotator: Annotator, sentences: Sequence[TaggedSentence]) -> list[list[str]]:
    """The IOB2 tags that the annotator gives the words of each sentence."""
    return [tags for document in annotator.pipe(as_documents(sentences)) for _, tags in sentence_tags(document)]


def score(gold: Iterable[Sequence[str]], predicted: Iterable[Sequence[str]]) -> dict[str, Score]:
    """Scores of the tags of sentences by label, and under MICRO of all labels, equal to seqeval's."""
    tally = Tally()
    for gold_tags, predicted_tags in zip(gold, predicted, strict=True):
        tally.add(spans_of(gold_tags), spans_of(predicted_tags))
    found = scores(tally.rows)
    return {
        label: Score(one.precision, one.recall, one.f1, one.support)
        for label, one in {**found.labels, MICRO: found.micro}.items()
    }


def measure(annotator: Annotator, sentences: Sequence[TaggedSentence]) -> dict[str, Score]:
    """Scores of an annotator on tagged sentences by label, and under MICRO of all labels."""
    return score([sentence.tags for sentence in sentences], predict(annotator, sentences))


def calibration_error(annotator: Annotator, sentences: Sequence[TaggedSentence]) -> float:
    """The expected calibration error of the scores of an annotator's entities, 0 if it finds none."""
    tally = Tally()
    for sentence, document in zip(sentences, annotator.pipe(as_documents(sentences)), strict=True):
        words = list(document.sentences[0].word_offsets()) if document.sentences else []
        first = {start: number for number, (start, _) in enumerate(words)}
        end = {stop: number for number, (_, stop) in enumerate(words, start=1)}
        predicted = [Span(first[e.start], end[e.end], e.label, e.score) for e in document.entities]
        tally.add(spans_of(sentence.tags), predicted)
    found = calibration(tally)
    return found.ece if found else 0.0
