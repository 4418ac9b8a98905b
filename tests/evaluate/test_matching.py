"""Matches and kinds of errors, and the counts of sentences."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.evaluate.matching import Kind, Span, Strictness, match_spans, overlap_counts, spans_of, totals
from support.evaluations import tally

TAGS = ["O", "O", *(f"{part}-{label}" for part in "BI" for label in ("LOC", "ORG", "PER"))]
sentences = st.integers(1, 12).flatmap(
    lambda n: st.tuples(*[st.lists(st.sampled_from(TAGS), min_size=n, max_size=n)] * 2)
)


@given(sentences)
def test_every_entity_is_in_one_match(sentence: tuple[list[str], list[str]]) -> None:
    gold, predicted = map(spans_of, sentence)
    matches = match_spans(gold, predicted)
    assert Counter(m.gold for m in matches if m.gold) == Counter(gold)
    assert Counter(m.predicted for m in matches if m.predicted) == Counter(predicted)
    for match in matches:
        assert (match.gold is None) == (match.kind is Kind.SPURIOUS)
        assert (match.predicted is None) == (match.kind is Kind.MISSED)
    assert totals(matches) == (len({*gold} & {*predicted}), len(predicted), len(gold))


@pytest.mark.parametrize(
    ("gold", "predicted", "kinds"),
    [
        ("B-PER I-PER O", "B-PER I-PER O", [Kind.CORRECT]),
        ("B-PER I-PER O", "B-ORG I-ORG O", [Kind.LABEL]),
        ("B-PER I-PER O", "B-PER O O", [Kind.BOUNDARY]),
        ("B-PER I-PER O", "O B-LOC I-LOC", [Kind.BOTH]),
        ("B-PER O O", "O O B-PER", [Kind.MISSED, Kind.SPURIOUS]),
        # One prediction over two names takes the one with its label, though the other is longer.
        ("B-PER I-PER B-LOC", "B-LOC I-LOC I-LOC", [Kind.BOUNDARY, Kind.MISSED]),
        ("B-PER I-PER I-PER B-PER", "B-PER I-PER I-PER I-PER", [Kind.BOUNDARY, Kind.MISSED]),
        ("O O", "O O", []),
    ],
)
def test_kinds_of_errors(gold: str, predicted: str, kinds: list[Kind]) -> None:
    matches = match_spans(spans_of(gold.split()), spans_of(predicted.split()))
    assert sorted(match.kind for match in matches) == sorted(kinds)


def test_the_longer_overlap_is_the_match() -> None:
    matches = match_spans([Span(0, 3, "PER"), Span(3, 4, "PER")], [Span(1, 4, "PER")])
    assert [m.gold for m in matches if m.kind is Kind.BOUNDARY] == [Span(0, 3, "PER")]


def test_an_overlap_below_one_percent_does_not_count() -> None:
    """Less than 1% of a gold entity in common is nothing in common."""
    assert list(overlap_counts([Span(0, 200, "A")], [Span(199, 210, "A")], Strictness.TYPE)) == ["spurious", "missed"]
    assert list(overlap_counts([Span(0, 100, "A")], [Span(99, 110, "A")], Strictness.TYPE)) == ["correct"]


def test_tallies_add_up() -> None:
    one, other = [(["B-A", "O"], ["B-A", "B-B"])], [(["O", "B-B"], ["B-A", "B-B"])]
    both = tally(one)
    both.update(tally(other))
    together = tally(one + other)
    assert (both.rows, both.kinds, both.confusions, both.overlaps) == (
        together.rows, together.kinds, together.confusions, together.overlaps,
    )  # fmt: skip
