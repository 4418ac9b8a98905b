"""Variants of training sentences."""

from __future__ import annotations

import random

from annotator.train.augment import Variation, vary
from annotator.train.corpora import TaggedSentence

ONE = TaggedSentence(("Straße", "nach", "Bern", "."), ("O", "O", "B-LOC", "O"))
TWO = TaggedSentence(("Max", "!"), ("B-PER", "O"))


def varied(sentences: list[TaggedSentence], variation: Variation) -> list[TaggedSentence]:
    return list(vary(sentences, variation, random.Random(0)))


def test_without_variation_sentences_stay_as_they_are() -> None:
    assert varied([ONE, TWO], Variation()) == [ONE, TWO]


def test_joined_sentences_keep_all_words_and_tags_in_order() -> None:
    found = varied([ONE, TWO] * 10, Variation(joined=1.0))
    assert sum((s.words for s in found), ()) == (ONE.words + TWO.words) * 10
    assert sum((s.tags for s in found), ()) == (ONE.tags + TWO.tags) * 10
    assert {len(s.words) for s in found[:-1]} <= {6, 8, 10} and len(found) < 11


def test_case_changes_words_but_not_their_number() -> None:
    assert varied([ONE], Variation(upper=1.0)) == [TaggedSentence(("STRASSE", "NACH", "BERN", "."), ONE.tags)]
    assert varied([ONE], Variation(lower=1.0)) == [TaggedSentence(("straße", "nach", "bern", "."), ONE.tags)]


def test_only_the_final_mark_is_left_out() -> None:
    alone = TaggedSentence((".",), ("O",))
    bare = TaggedSentence(("Bern",), ("B-LOC",))
    found = varied([ONE, TWO, alone, bare], Variation(unfinished=1.0))
    assert found == [TaggedSentence(ONE.words[:-1], ONE.tags[:-1]), TaggedSentence(("Max",), ("B-PER",)), alone, bare]


def test_shares_are_kept_to() -> None:
    found = varied([ONE] * 2_000, Variation(upper=0.1, unfinished=0.2))
    assert 120 < sum(s.words[0] == "STRASSE" for s in found) < 280
    assert 300 < sum(s.words[-1] != "." for s in found) < 500
