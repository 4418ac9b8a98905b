"""Scores, beside those of seqeval and nervaluate on the same tags; intervals, comparisons and calibration."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from nervaluate import Evaluator
from seqeval.metrics.sequence_labeling import precision_recall_fscore_support as lenient_prf
from seqeval.metrics.v1 import precision_recall_fscore_support as strict_prf
from seqeval.scheme import IOB2

from annotator.evaluate import metrics
from annotator.evaluate.matching import BINS, Row, Span, Strictness, Tally, spans_of
from support.evaluations import Corpus, Read, strict_spans_of, tally

TAGS = ["O", "O", *(f"{part}-{label}" for part in "BI" for label in ("LOC", "ORG", "PER"))]
sentences = st.integers(1, 12).flatmap(
    lambda n: st.tuples(*[st.lists(st.sampled_from(TAGS), min_size=n, max_size=n)] * 2)
)
corpora = st.lists(sentences, min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("read", "theirs", "options"), [(spans_of, lenient_prf, {}), (strict_spans_of, strict_prf, {"scheme": IOB2})]
)
@given(corpus=corpora)
@settings(max_examples=150, deadline=None)
def test_scores_equal_those_of_seqeval(
    read: Read, theirs: Callable[..., Any], options: dict[str, Any], corpus: Corpus
) -> None:
    found = tally(corpus, read)
    assume(found.rows.keys() - {()})  # seqeval divides by zero where there is no entity
    gold, predicted = map(list, zip(*corpus, strict=True))
    scores = metrics.scores(found.rows)
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
def test_overlaps_equal_those_of_nervaluate(corpus: Corpus) -> None:
    found = tally(corpus)
    gold, predicted = map(list, zip(*corpus, strict=True))
    theirs = Evaluator(gold, predicted, tags=["LOC", "ORG", "PER"], loader="list").evaluate()["overall"]
    for strictness in Strictness:
        ours = metrics.overlap(found, strictness)
        result = theirs["ent_type" if strictness is Strictness.TYPE else strictness.value]
        for name in ("correct", "incorrect", "partial", "missed", "spurious"):
            assert getattr(ours, name) == getattr(result, name), (strictness, name)
        for name in ("precision", "recall", "f1"):
            assert getattr(ours, name) == pytest.approx(getattr(result, name), abs=1e-12)


def random_rows(number: int, seed: int = 3) -> Counter[Row]:
    """`number` sentences of one label, with one to four entities of which some are found."""
    random = np.random.default_rng(seed)
    gold = random.integers(1, 5, number)
    correct = random.binomial(gold, 0.8)
    predicted = correct + random.binomial(1, 0.3, number)
    return Counter((("X", int(c), int(p), int(g)),) for c, p, g in zip(correct, predicted, gold, strict=True))


def test_intervals_agree_with_drawing_sentences_one_by_one() -> None:
    rows = random_rows(400)
    score = metrics.scores(rows).micro
    counts = np.array([row[0][1:] for row in rows.elements()])
    random = np.random.default_rng(5)
    drawn = [metrics.prf(counts[random.integers(0, len(counts), len(counts))].sum(axis=0))[2] for _ in range(2000)]
    low, high = np.quantile(drawn, (0.025, 0.975))
    assert low < score.f1 < high
    assert (score.f1_interval.low, score.f1_interval.high) == pytest.approx((low, high), abs=0.006)


def test_figures_do_not_depend_on_order_or_run() -> None:
    rows = random_rows(50)
    backwards = Counter(dict(reversed(rows.items())))
    assert metrics.scores(rows) == metrics.scores(rows) == metrics.scores(backwards)


def test_the_mean_of_many_labels_equals_that_of_seqeval() -> None:
    random = np.random.default_rng(2)
    tags = ["O", *(f"{part}-{i}" for part in "BI" for i in range(23))]
    gold = [random.choice(tags, 9).tolist() for _ in range(300)]
    predicted = [[tag if random.random() < 0.8 else random.choice(tags).item() for tag in one] for one in gold]
    macro = metrics.scores(tally(list(zip(gold, predicted, strict=True))).rows).macro
    assert (macro.precision, macro.recall, macro.f1) == lenient_prf(gold, predicted, average="macro")[:3]


def test_resamples_without_a_label_do_not_count_for_it() -> None:
    """A label that is rare, but always found, is not called uncertain because it is in few resamples."""
    score = metrics.scores(Counter({(("X", 1, 1, 1),): 1, (): 99})).labels["X"]
    assert score.f1_interval == score.recall_interval == metrics.Interval(1.0, 1.0)


def test_sentences_without_entities() -> None:
    scores = metrics.scores(Counter({(): 7}))
    assert scores.labels == {} and scores.micro.f1 == scores.macro.f1 == 0.0 == scores.micro.f1_interval.high


def test_a_better_system_is_recognised() -> None:
    better, worse = ((4, 4, 4), (2, 4, 4)), ((4, 4, 4), (4, 4, 4))
    comparison = metrics.compare("other", {better: 30, worse: 30})
    assert comparison.difference == pytest.approx(0.25) and comparison.f1 == pytest.approx(0.75)
    assert comparison.p_value < 0.001 and 0 < comparison.interval.low < 0.25 < comparison.interval.high


def test_a_system_does_not_differ_from_itself() -> None:
    comparison = metrics.compare("itself", {((3, 4, 4), (3, 4, 4)): 10, ((1, 1, 1), (1, 1, 1)): 3})
    assert (comparison.difference, comparison.p_value) == (0.0, 1.0)


def test_p_values_are_uniform_between_equal_systems() -> None:
    """Of systems that differ by chance alone, about a twentieth have p < 0.05."""
    random = np.random.default_rng(0)
    found = []
    for _ in range(60):
        ours, theirs = random.binomial(1, 0.7, (2, 200))
        pairs = Counter(((int(a), 1, 1), (int(b), 1, 1)) for a, b in zip(ours, theirs, strict=True))
        found.append(metrics.compare("", pairs).p_value)
    assert np.mean(np.array(found) < 0.05) < 0.15 and 0.3 < np.mean(found) < 0.7


def test_calibration() -> None:
    found = Tally()
    for score, right in [(0.95, True), (0.97, True), (0.92, False), (1.0, True), (0.55, False)]:
        found.add([Span(0, 1, "A")] if right else [], [Span(0, 1, "A", score)])
    calibration = metrics.calibration(found)
    assert calibration is not None and calibration.predicted == 5
    low, high = calibration.bins
    assert (low.low, low.high, low.predicted, low.correct) == (0.5, 0.6, 1, 0.0)
    assert (high.predicted, high.correct) == (4, 0.75) and high.score == pytest.approx(0.96)
    assert calibration.ece == pytest.approx((0.55 * 1 + abs(0.96 - 0.75) * 4) / 5)
    assert len(found.bins) == BINS


def test_predictions_without_scores_have_no_calibration() -> None:
    assert metrics.calibration(tally([(["B-A"], ["B-A"])])) is None
