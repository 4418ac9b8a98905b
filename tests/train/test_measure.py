"""Scores of a checkpoint, beside those of seqeval on the same tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from annotator.train.corpora import TaggedSentence, read_tagged
from annotator.train.measure import MICRO, Score, as_documents, measure, score
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from seqeval.metrics import classification_report

from annotator.document import Document, Entity
from annotator.labels import PANX_TAGS, sentence_tags, spans
from support.paths import SHARED, needs_shared
from support.trainings import GOLD


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_scores_of_any_tags_equal_those_of_seqeval(data: st.DataObject) -> None:
    """To the last digit, invalid sequences included."""
    lengths = data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=6))
    draw_tags = st.sampled_from(PANX_TAGS)
    gold, predicted = (
        [data.draw(st.lists(draw_tags, min_size=n, max_size=n)) for n in lengths] for _ in ("gold", "predicted")
    )
    assume(any(tag != "O" for tags in (*gold, *predicted) for tag in tags))  # seqeval has no report on no entities
    assert score(gold, predicted) == seqeval_scores(gold, predicted)


def seqeval_scores(gold: list[list[str]], predicted: list[list[str]]) -> dict[str, Score]:
    report = classification_report(gold, predicted, output_dict=True, zero_division=0)
    return {
        name: Score(float(row["precision"]), float(row["recall"]), float(row["f1-score"]), int(row["support"]))
        for name, row in report.items()
        if not name.startswith(("macro", "weighted"))
    }


def test_sentences_without_entities_score_zero() -> None:
    assert score([["O"]], [["O"]]) == {MICRO: Score(0.0, 0.0, 0.0, 0)}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_model_is_scored_by_the_entities_it_gives(data: st.DataObject) -> None:
    lengths = data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=6))
    draw_tags = st.sampled_from(PANX_TAGS)
    gold, given_tags = (
        [data.draw(st.lists(draw_tags, min_size=n, max_size=n)) for n in lengths] for _ in ("gold", "predicted")
    )
    assume(any(tag != "O" for tags in (*gold, *given_tags) for tag in tags))
    sentences = [TaggedSentence(tuple(f"w{i}" for i in range(len(tags))), tuple(tags)) for tags in gold]

    class Fixed:
        """Stands for a model that gives these tags."""

        def pipe(self, documents: Iterable[Document]) -> Iterator[Document]:
            for document, tags in zip(documents, given_tags, strict=True):
                (sentence,) = document.sentences or ()
                found = (
                    Entity(sentence.words[first].start, sentence.words[end - 1].end, label)
                    for first, end, label in spans(tags)
                )
                yield replace(document, entities=tuple(found))

    assert measure(Fixed(), sentences) == seqeval_scores(gold, given_tags)


def test_documents_keep_the_words() -> None:
    for document, sentence in zip(as_documents(GOLD), GOLD, strict=True):
        ((found, _),) = sentence_tags(document)
        assert tuple(document.text[w.start : w.end] for w in found.words) == sentence.words


@needs_shared
@pytest.mark.slow
def test_scores_on_panx_equal_those_of_seqeval() -> None:
    """10,000 sentences, every seventh tag of which is that of the word before."""
    gold = [list(one.tags) for one in read_tagged(SHARED / "data" / "panx" / "de" / "dev.tsv", PANX_TAGS)]
    predicted = [[tags[i - 1] if i % 7 == 6 else tag for i, tag in enumerate(tags)] for tags in gold]
    assert score(gold, predicted) == seqeval_scores(gold, predicted)
