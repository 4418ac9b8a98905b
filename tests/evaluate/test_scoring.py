"""Counts and scores, beside those of seqeval and nervaluate on the same tags."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from nervaluate import Evaluator
from seqeval.metrics.sequence_labeling import precision_recall_fscore_support as lenient_prf
from seqeval.metrics.v1 import precision_recall_fscore_support as strict_prf
from seqeval.scheme import IOB2

from annotator.evaluate import figures
from annotator.evaluate.scoring import BINS, Kind, Scheme, Span, Tally, match_spans, overlap_counts, totals
from annotator.labels import spans, strict_spans

TAGS = ["O", "O", *(f"{part}-{label}" for part in "BI" for label in ("LOC", "ORG", "PER"))]
Read = Callable[[Sequence[str]], list[Span]]
Corpus = list[tuple[list[str], list[str]]]  # gold and predicted tags of each sentence

sentences = st.integers(1, 12).flatmap(
    lambda n: st.tuples(*[st.lists(st.sampled_from(TAGS), min_size=n, max_size=n)] * 2)
)
corpora = st.lists(sentences, min_size=1, max_size=5)


def lenient(tags: Sequence[str]) -> list[Span]:
    return [Span(*span) for span in spans(tags)]


def strict(tags: Sequence[str]) -> list[Span]:
    return [Span(*span) for span in strict_spans(tags)]


def tally(corpus: Corpus, read: Read = lenient) -> Tally:
    found = Tally()
    for gold, predicted in corpus:
        found.add(read(gold), read(predicted))
    return found


@pytest.mark.parametrize(
    ("read", "theirs", "options"), [(lenient, lenient_prf, {}), (strict, strict_prf, {"scheme": IOB2})]
)
@given(corpus=corpora)
@settings(max_examples=150, deadline=None)
def test_scores_are_seqevals(read: Read, theirs: Callable[..., Any], options: dict[str, Any], corpus: Corpus) -> None:
    found = tally(corpus, read)
    assume(found.rows.keys() - {()})  # seqeval divides by zero where there is no entity
    gold, predicted = map(list, zip(*corpus, strict=True))
    scores = figures.scores(found.rows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        by_label = theirs(gold, predicted, average=None, zero_division=0, **options)
        micro = theirs(gold, predicted, average="micro", zero_division=0, **options)
        macro = theirs(gold, predicted, average="macro", zero_division=0, **options)
    ours = [(s.precision, s.recall, s.f1, s.support) for s in scores.labels.values()]
    assert ours == list(zip(*(column.tolist() for column in by_label), strict=True))
    assert (scores.micro.precision, scores.micro.recall, scores.micro.f1) == micro[:3]
    assert (scores.macro.precision, scores.macro.recall, scores.macro.f1) == macro[:3]
    assert scores.micro.support == micro[3]


@given(corpus=corpora)
@settings(max_examples=200, deadline=None)
def test_overlaps_are_nervaluates(corpus: Corpus) -> None:
    found = tally(corpus)
    gold, predicted = map(list, zip(*corpus, strict=True))
    theirs = Evaluator(gold, predicted, tags=["LOC", "ORG", "PER"], loader="list").evaluate()["overall"]
    for scheme in Scheme:
        ours = figures.overlap(found, scheme)
        result = theirs["ent_type" if scheme is Scheme.TYPE else scheme.value]
        for name in ("correct", "incorrect", "partial", "missed", "spurious"):
            assert getattr(ours, name) == getattr(result, name), (scheme, name)
        for name in ("precision", "recall", "f1"):
            assert getattr(ours, name) == pytest.approx(getattr(result, name), abs=1e-12)


@given(sentences)
def test_every_entity_is_in_one_match(sentence: tuple[list[str], list[str]]) -> None:
    gold, predicted = map(lenient, sentence)
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
    matches = match_spans(lenient(gold.split()), lenient(predicted.split()))
    assert sorted(match.kind for match in matches) == sorted(kinds)


def test_the_longer_overlap_is_the_match() -> None:
    matches = match_spans([Span(0, 3, "PER"), Span(3, 4, "PER")], [Span(1, 4, "PER")])
    assert [m.gold for m in matches if m.kind is Kind.BOUNDARY] == [Span(0, 3, "PER")]


def test_nervaluates_least_overlap() -> None:
    """Less than 1% of a gold entity in common is nothing in common."""
    assert list(overlap_counts([Span(0, 200, "A")], [Span(199, 210, "A")], Scheme.TYPE)) == ["spurious", "missed"]
    assert list(overlap_counts([Span(0, 100, "A")], [Span(99, 110, "A")], Scheme.TYPE)) == ["correct"]


def random_rows(number: int, seed: int = 3) -> Counter:
    """`number` sentences of one label, with one to four entities of which some are found."""
    random = np.random.default_rng(seed)
    gold = random.integers(1, 5, number)
    correct = random.binomial(gold, 0.8)
    predicted = correct + random.binomial(1, 0.3, number)
    return Counter((("X", int(c), int(p), int(g)),) for c, p, g in zip(correct, predicted, gold, strict=True))


def test_intervals_are_those_of_drawing_sentences() -> None:
    rows = random_rows(400)
    score = figures.scores(rows).micro
    counts = np.array([row[0][1:] for row in rows.elements()])
    random = np.random.default_rng(5)
    drawn = [figures.prf(counts[random.integers(0, len(counts), len(counts))].sum(axis=0))[2] for _ in range(2000)]
    low, high = np.quantile(drawn, (0.025, 0.975))
    assert low < score.f1 < high
    assert (score.f1_interval.low, score.f1_interval.high) == pytest.approx((low, high), abs=0.006)


def test_figures_do_not_depend_on_order_or_run() -> None:
    rows = random_rows(50)
    backwards = Counter(dict(reversed(rows.items())))
    assert figures.scores(rows) == figures.scores(rows) == figures.scores(backwards)


def test_the_mean_of_many_labels_is_seqevals() -> None:
    random = np.random.default_rng(2)
    tags = ["O", *(f"{part}-{i}" for part in "BI" for i in range(23))]
    gold = [random.choice(tags, 9).tolist() for _ in range(300)]
    predicted = [[tag if random.random() < 0.8 else random.choice(tags).item() for tag in one] for one in gold]
    macro = figures.scores(tally(list(zip(gold, predicted, strict=True))).rows).macro
    assert (macro.precision, macro.recall, macro.f1) == lenient_prf(gold, predicted, average="macro")[:3]


def test_resamples_without_a_label_say_nothing_of_it() -> None:
    """A label that is rare, but always found, is not called uncertain because it is in few resamples."""
    score = figures.scores(Counter({(("X", 1, 1, 1),): 1, (): 99})).labels["X"]
    assert score.f1_interval == score.recall_interval == figures.Interval(1.0, 1.0)


def test_sentences_without_entities() -> None:
    scores = figures.scores(Counter({(): 7}))
    assert scores.labels == {} and scores.micro.f1 == scores.macro.f1 == 0.0 == scores.micro.f1_interval.high


def test_a_better_system_is_told_from_a_worse() -> None:
    better, worse = ((4, 4, 4), (2, 4, 4)), ((4, 4, 4), (4, 4, 4))
    comparison = figures.compare("other", {better: 30, worse: 30})
    assert comparison.difference == pytest.approx(0.25) and comparison.f1 == pytest.approx(0.75)
    assert comparison.p_value < 0.001 and 0 < comparison.interval.low < 0.25 < comparison.interval.high


def test_the_same_system_twice_differs_by_nothing() -> None:
    comparison = figures.compare("itself", {((3, 4, 4), (3, 4, 4)): 10, ((1, 1, 1), (1, 1, 1)): 3})
    assert (comparison.difference, comparison.p_value) == (0.0, 1.0)


def test_p_values_are_even_where_nothing_differs() -> None:
    """Of systems that differ by chance alone, about a twentieth have p < 0.05."""
    random = np.random.default_rng(0)
    found = []
    for _ in range(60):
        ours, theirs = random.binomial(1, 0.7, (2, 200))
        pairs = Counter(((int(a), 1, 1), (int(b), 1, 1)) for a, b in zip(ours, theirs, strict=True))
        found.append(figures.compare("", pairs).p_value)
    assert np.mean(np.array(found) < 0.05) < 0.15 and 0.3 < np.mean(found) < 0.7


def test_calibration() -> None:
    found = Tally()
    for score, right in [(0.95, True), (0.97, True), (0.92, False), (1.0, True), (0.55, False)]:
        found.add([Span(0, 1, "A")] if right else [], [Span(0, 1, "A", score)])
    calibration = figures.calibration(found)
    assert calibration is not None and calibration.predicted == 5
    low, high = calibration.bins
    assert (low.low, low.high, low.predicted, low.correct) == (0.5, 0.6, 1, 0.0)
    assert (high.predicted, high.correct, high.score) == (4, 0.75, pytest.approx(0.96))
    assert calibration.ece == pytest.approx((0.55 * 1 + abs(0.96 - 0.75) * 4) / 5)
    assert len(found.bins) == BINS


def test_no_scores_no_calibration() -> None:
    assert figures.calibration(tally([(["B-A"], ["B-A"])])) is None


def test_tallies_add_up() -> None:
    one, other = [(["B-A", "O"], ["B-A", "B-B"])], [(["O", "B-B"], ["B-A", "B-B"])]
    both = tally(one)
    both.update(tally(other))
    together = tally(one + other)
    assert (both.rows, both.kinds, both.confusions, both.overlaps) == (
        together.rows, together.kinds, together.confusions, together.overlaps,
    )  # fmt: skip
