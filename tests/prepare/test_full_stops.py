"""Words that end in a full stop."""

from __future__ import annotations

import pytest

from annotator.prepare.full_stops import Stop, begins_sentences, ends_sentence, is_whole, kind_of


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Dr.", Stop.TITLE), ("J.", Stop.TITLE), ("И.", Stop.TITLE), ("Inc.", Stop.USUAL), ("3.", Stop.USUAL),
        ("31.", Stop.USUAL), ("II.", Stop.USUAL), ("Nr.", Stop.NUMBERED), ("Jan.", Stop.NUMBERED),
        ("p.", Stop.NUMBERED),
        ("Bahnhofstr.", Stop.NUMBERED), ("z.B.", Stop.INNER), ("U.S.", Stop.INNER), ("S.p.A.", Stop.INNER),
        ("Ph.D.", Stop.INNER), ("Rom.", Stop.NONE), ("Max.", Stop.NONE), ("32.", Stop.YEAR),
        ("1848.", Stop.YEAR), ("18480.", Stop.NONE), ("...", Stop.NONE),
        (".", Stop.NONE), ("Dr", Stop.NONE), ("ท.", Stop.NONE), ("中.", Stop.NONE), ("", Stop.NONE),
    ],
)  # fmt: skip
def test_kinds(word: str, kind: Stop) -> None:
    assert kind_of(word) == kind


@pytest.mark.parametrize(
    ("word", "following", "whole"),
    [
        ("Dr.", "Müller", True), ("Mr.", "Will", True), ("Dr.", "", False), ("Dr.", "“", False), ("J.", "Bach", True),
        ("Inc.", "said", True), ("Inc.", ",", True), ("Inc.", "The", False), ("Inc.", "", False),
        ("3.", "Oktober", True), ("3.", "Dann", False), ("3.", "", False), ("II.", "Er", False),
        ("Nr.", "5", True), ("Nr.", "Er", False), ("Jan.", "3", True), ("Jan.", "Berlin", False), ("No.", "I", False),
        ("1848.", "godine", True),
        ("1848.", "Dann", False), ("1848.", ")", False), ("v.", "Chr.", True), ("z.", "B.", True),
        ("etc.", ")", True), ("etc.", "Berlin", False),
        ("U.S.", "", True), ("U.S.", "The", True),
        ("ul.", "Długa", True), ("ul.", "", False),
    ],
)  # fmt: skip
def test_what_follows_decides(word: str, following: str, whole: bool) -> None:
    assert is_whole(kind_of(word), following) is whole


def test_an_abbreviation_with_inner_full_stops_ends_a_sentence_before_a_word_that_begins_one() -> None:
    assert ends_sentence(Stop.INNER, "The") and not ends_sentence(Stop.INNER, "economy")
    assert not ends_sentence(Stop.INNER, "Army") and not ends_sentence(Stop.TITLE, "The")


def test_words_of_closed_classes_begin_sentences() -> None:
    assert all(map(begins_sentences, ["The", "Er", "Il", "El", "Het", "Det", "Он", "Az"]))
    assert not any(map(begins_sentences, ["the", "Berlin", "A", "", "3", "Oktober"]))
