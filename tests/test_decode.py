"""Scores -> the best valid tags -> entities."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from annotator.calibration import Calibration, Curve
from annotator.decode import Decoder, Keep, TaggedWord
from annotator.document import Entity, Sentence, Word
from annotator.edges import BREAK, HIDDEN, NOT_FIRST, SEPARATOR
from annotator.labels import PANX_TAGS, TagSet
from annotator.prepare.encode import Window, Windows
from annotator.prepare.preparer import Prepared

SETS = [PANX_TAGS, ("O", "B-A", "I-A", "E-A", "S-A"), ("O", "A", "B"), ("O", "B-MISC", "I-MISC", "I-X")]


def random_scores(seed: int, words: int, tags: int) -> NDArray[np.float32]:
    """Log-probabilities float32 [words, tags] of random distributions, peaked enough to disagree."""
    logits = np.random.default_rng(seed).normal(scale=3, size=(words, tags))
    scores: NDArray[np.float32] = (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))).astype(np.float32)
    return scores


def best_by_trying_all(scores: NDArray[np.float32], tags: TagSet) -> float:
    starts, follows, ends = tags.starts(), tags.follows(), tags.ends()
    return max(
        sum(float(scores[i, t]) for i, t in enumerate(path))
        for path in itertools.product(range(len(tags.names)), repeat=len(scores))
        if starts[path[0]] and ends[path[-1]] and all(follows[a, b] for a, b in itertools.pairwise(path))
    )


@pytest.mark.parametrize("names", SETS)
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), words=st.integers(1, 4))
def test_tags_are_valid_and_the_best_of_all_valid_ones(names: tuple[str, ...], seed: int, words: int) -> None:
    tags = TagSet.parse(names)
    scores = random_scores(seed, words, len(names))
    path = Decoder(tags).tags(scores)
    assert tags.starts()[path[0]] and tags.ends()[path[-1]]
    assert all(tags.follows()[a, b] for a, b in itertools.pairwise(path))
    total = float(scores[np.arange(words), path].sum(dtype=np.float64))
    assert total == pytest.approx(best_by_trying_all(scores, tags), abs=1e-5)


def entities(names: tuple[str, ...], chosen: list[str], probability: float = 0.9) -> list[Entity]:
    rest = (1 - probability) / (len(names) - 1)
    scores = np.full((len(chosen), len(names)), np.log(rest), dtype=np.float32)
    scores[np.arange(len(chosen)), [names.index(tag) for tag in chosen]] = np.log(probability)
    words = [Word(10 * i, 10 * i + 4) for i in range(len(chosen))]
    return list(Decoder(TagSet.parse(names)).entities(scores, Sentence(words)))


def test_entities_span_their_words() -> None:
    found = entities(PANX_TAGS, ["B-PER", "I-PER", "O", "B-LOC", "B-LOC"])
    assert found == [Entity(0, 14, "PER", 0.9), Entity(30, 34, "LOC", 0.9), Entity(40, 44, "LOC", 0.9)]


def test_an_invalid_beginning_is_corrected() -> None:
    # I-PER is the most probable tag of both words, but may not be first. The best valid sequence is B-PER I-PER.
    assert [(e.start, e.end, e.label) for e in entities(PANX_TAGS, ["I-PER", "I-PER"], 0.6)] == [(0, 14, "PER")]


def test_bioes_and_bare_labels_make_entities() -> None:
    assert [(e.start, e.end) for e in entities(SETS[1], ["B-A", "I-A", "E-A", "S-A"])] == [(0, 24), (30, 34)]
    assert [(e.end, e.label) for e in entities(SETS[2], ["A", "A", "B", "O", "A"])] == [(14, "A"), (24, "B"), (44, "A")]


def test_words_outside_give_no_entities() -> None:
    assert entities(PANX_TAGS, ["O"]) == []


def test_entities_are_kept_by_label_and_score() -> None:
    entity = Entity(0, 1, "PER", 0.5)
    assert Keep()(entity) and Keep(min_score=0.5)(entity) and Keep({"PER"})(entity)
    assert not Keep(min_score=0.51)(entity) and not Keep({"LOC"})(entity)
    assert Keep(min_score=1.0)(Entity(0, 1, "PER"))


def ints(*numbers: int) -> NDArray[np.int64]:
    return np.array(numbers, dtype=np.int64)


def test_the_entities_of_documents_are_those_of_their_sentences() -> None:
    one, two, three = Sentence.of([0, 3, 4, 7]), Sentence.of([8, 9]), Sentence.of([0, 4])
    # The words in windows: both of the first sentence, but in two windows; none of the second; the one of the third.
    windows = Windows.of([
        Window(ints(0, 7, 2), ints(1), 0, ints(0)), Window(ints(0, 8, 2), ints(1), 0, ints(1)),
        Window(ints(0, 9, 2), ints(1), 2, ints(0)),
    ])  # fmt: skip
    chosen = [PANX_TAGS.index(tag) for tag in ("B-PER", "I-PER", "B-LOC")]
    scores = np.full((3, len(PANX_TAGS)), np.log(0.01), dtype=np.float32)
    scores[np.arange(3), chosen] = np.log(0.9)
    prepared = Prepared([(one, two), (), (three,)], windows, np.zeros(4, dtype=np.uint16))
    found = list(Decoder(TagSet.parse(PANX_TAGS)).of_documents(prepared, scores))
    assert found == [[Entity(0, 7, "PER", 0.9)], [], [Entity(0, 4, "LOC", 0.9)]]


def with_roles(chosen: list[str], roles: list[int], names: tuple[str, ...] = PANX_TAGS) -> list[tuple[int, int, str]]:
    """The entities (first word, word after the last, label) of words with these roles and most probable tags.

    The least probable tag is O, so that a tag with the same label takes the place of one that is not allowed.
    """
    scores = np.full((len(chosen), len(names)), np.log(0.01), dtype=np.float32)
    scores[:, names.index("O")] = np.log(0.001)
    by_label = {tag: [i for i, name in enumerate(names) if name[-1] == tag[-1] and name != "O"] for tag in chosen}
    for i, tag in enumerate(chosen):
        scores[i, by_label[tag]] = np.log(0.02)
    scores[np.arange(len(chosen)), [names.index(tag) for tag in chosen]] = np.log(0.9)
    sentence = Sentence.of(offset for i in range(len(chosen)) for offset in (2 * i, 2 * i + 1))
    found = Decoder(TagSet.parse(names)).entities(scores, sentence, np.array(roles, dtype=np.uint16))
    return [(e.start // 2, (e.end + 1) // 2, e.label) for e in found]


def test_an_entity_goes_on_across_words_that_are_not_seen_but_has_none_at_its_edges() -> None:
    chosen = ["O", "B-PER", "O", "I-PER", "O"]
    assert with_roles(chosen, [HIDDEN, 0, HIDDEN, 0, HIDDEN]) == [(1, 4, "PER")]
    assert with_roles(["O", "O"], [HIDDEN, HIDDEN]) == []


@pytest.mark.parametrize(
    ("names", "chosen", "expected"),
    [
        (PANX_TAGS, ["B-LOC", "I-LOC", "I-LOC"], [(0, 1, "LOC"), (2, 3, "LOC")]),
        (SETS[1], ["B-A", "I-A", "E-A"], [(0, 1, "A"), (2, 3, "A")]),
        (SETS[2], ["A", "A", "A"], [(0, 1, "A"), (2, 3, "A")]),
    ],
)
def test_no_entity_goes_across_a_separator(
    names: tuple[str, ...], chosen: list[str], expected: list[tuple[int, int, str]]
) -> None:
    for separator in (SEPARATOR, SEPARATOR | HIDDEN):
        assert with_roles(chosen, [0, separator, 0], names) == expected
    assert with_roles([chosen[0], chosen[2]], [0, BREAK], names) == [(0, 1, expected[0][2]), (1, 2, expected[0][2])]


def test_edges_are_taken_off_and_the_score_is_that_of_what_is_left() -> None:
    sentence, roles = Sentence.of([0, 1, 2, 5, 6, 7]), np.array([NOT_FIRST, 0, 0], dtype=np.uint16)
    (found,) = decoder("mean").entities(SCORES, sentence, roles)
    assert (found.start, found.end, found.score) == (2, 5, 0.6)


SCORES = np.log(np.array([[0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.5, 0.0001, 0.4999]], dtype=np.float32))


def decoder(score: str, curve: Curve | None = None) -> Decoder:
    return Decoder(TagSet.parse(("O", "B-X", "I-X")), Calibration(("X",), score, curve))


@pytest.mark.parametrize(("score", "expected"), [("mean", 0.7), ("minimum", 0.5001), ("product", 0.24)])
def test_the_score_is_of_the_tags_and_of_the_end(score: str, expected: float) -> None:
    (found,) = decoder(score).entities(SCORES, Sentence.of([0, 1, 2, 5, 6, 7]))
    assert (found.start, found.end) == (0, 5)
    assert found.score == pytest.approx(expected, abs=1e-4)
    (last,) = decoder(score).entities(SCORES[:2], Sentence.of([0, 1, 2, 5]))  # nothing follows that it could go on with
    assert last.score == pytest.approx({"mean": 0.7, "minimum": 0.6, "product": 0.48}[score], abs=1e-4)


@pytest.mark.parametrize("before", [0, HIDDEN])
@pytest.mark.parametrize("score", ["mean", "minimum", "product"])
def test_the_score_after_a_break_is_that_of_the_same_words_alone(score: str, before: int) -> None:
    sentence = Sentence.of([0, 1, 2, 5, 6, 7])
    (alone,) = decoder(score).entities(SCORES, sentence)
    outside = np.log(np.array([[0.98, 0.01, 0.01]] * 3, dtype=np.float32))
    longer = Sentence.of([*range(6), *(offset + 6 for offset in [0, 1, 2, 5, 6, 7])])
    roles = np.array([0, 0, before, BREAK, 0, 0], dtype=np.uint16)
    (found,) = decoder(score).entities(np.concatenate([outside, SCORES]), longer, roles)
    assert (found.start, found.end, found.score) == (6, 11, alone.score)


def test_a_calibration_makes_a_probability_of_the_score() -> None:
    curve = Curve((1.0, 2.0, -1.0))
    (found,) = decoder("mean", curve).entities(SCORES, Sentence.of([0, 1, 2, 5, 6, 7]))
    assert found.score == round(curve(0.7), 4) != 0.7


def test_a_label_may_have_a_cut_off_of_its_own() -> None:
    keep = Keep(min_score=0.3, cut_offs={"PER": 0.6, "ORG": None})
    assert keep(Entity(0, 1, "PER", 0.6)) and not keep(Entity(0, 1, "PER", 0.59))
    assert not keep(Entity(0, 1, "ORG", 1.0))
    assert keep(Entity(0, 1, "LOC", 0.3)) and not keep(Entity(0, 1, "LOC", 0.29))


def test_words_have_the_tags_of_the_entities_and_what_came_next() -> None:
    sentence = Sentence.of([0, 4, 5, 8, 9, 11, 12, 13, 14, 17])
    windows = Windows.of([Window(ints(0, 7, 8, 9, 9, 2), ints(1, 2, 3, 4), 0, ints(0, 1, 2, 3))])
    probabilities = [[0.1, 0.7, 0.2], [0.3, 0.1, 0.6], [0.1, 0.8, 0.1], [0.1, 0.8, 0.1]]
    roles = np.array([0, 0, HIDDEN, SEPARATOR, 0], dtype=np.uint16)
    decoder = Decoder(TagSet.parse(("O", "B-A", "I-A")))
    (words,) = decoder.words(Prepared([(sentence,)], windows, roles), np.log(np.array(probabilities, dtype=np.float32)))
    assert words == [
        TaggedWord(0, 4, "B-A", 0.7, "I-A", 0.2),
        TaggedWord(5, 8, "I-A", 0.6, "O", 0.3),
        TaggedWord(9, 11, "O"),  # the model does not see it
        TaggedWord(12, 13, "O"),  # it is in no entity, whatever its scores
        TaggedWord(14, 17, "O"),  # it has no piece
    ]


def test_the_end_of_an_entity_is_looked_for_in_its_own_section() -> None:
    # A separator, then an entity and a word: both are at other places in their section than in the sentence.
    rows = [[0.9, 0.05, 0.05], [0.9, 0.05, 0.05], [0.1, 0.8, 0.1], [0.6, 0.0001, 0.3999]]
    scores = np.log(np.array(rows, dtype=np.float32))
    roles = np.array([0, SEPARATOR, 0, 0], dtype=np.uint16)
    (found,) = decoder("minimum").entities(scores, Sentence.of([0, 1, 2, 3, 4, 5, 6, 7]), roles)
    assert (found.start, found.end) == (4, 5) and found.score == pytest.approx(1 - 0.3999, abs=1e-4)
