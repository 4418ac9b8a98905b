"""What the page asks about a text."""

from __future__ import annotations

import pytest

from annotator.demo.answers import annotate, words
from annotator.demo.models import Models
from annotator.errors import UsageError
from annotator.pipeline import Annotator

TEXT = "Angela Merkel besuchte Paris."


def test_the_entities_are_those_of_the_annotator(models: Models, ner: Annotator) -> None:
    answer = annotate(models, "panx-mini", TEXT, len(TEXT))
    assert answer.document == ner(TEXT) and answer.labels == ner.labels
    assert (answer.words, answer.replaced) == (5, 0) and answer.seconds > 0


def test_entities_are_kept_by_label_and_score(models: Models) -> None:
    answer = annotate(models, "panx-mini", TEXT, 100)
    assert [entity.label for entity in answer.document.entities] == ["PER", "LOC"]
    assert [entity.label for entity in answer.kept(0.0, {"LOC"}).entities] == ["LOC"]
    assert answer.kept(0.0, None) == answer.document
    assert answer.kept(1.0, None).entities == ()


def test_a_text_that_is_too_long_is_refused(models: Models) -> None:
    with pytest.raises(
        UsageError, match=r"the text has 1,001 characters, and 1,000 is the most .* upload it as a file"
    ):
        annotate(models, "panx-mini", "x" * 1001, 1000)


def test_halves_of_surrogate_pairs_are_replaced_and_counted(models: Models) -> None:
    answer = annotate(models, "panx-mini", f"\ud800 {TEXT} \udfff", 100)
    assert answer.replaced == 2 and answer.document.text == f"\ufffd {TEXT} \ufffd"
    assert [entity.start for entity in answer.document.entities] == [2, 25]


def test_each_word_has_a_tag(models: Models) -> None:
    answer = annotate(models, "panx-mini", TEXT, 100)
    assert [word.tag for word in words(models, answer)] == ["B-PER", "I-PER", "O", "B-LOC", "O"]
