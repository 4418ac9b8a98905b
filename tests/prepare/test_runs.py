"""Runs of punctuation: the words that spaCy makes of them, in work that grows as their length."""

from __future__ import annotations

import sys
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from annotator.prepare.runs import LONGEST, SHORTEST, Runs, has_runs
from annotator.prepare.segment import Segmenter
from annotator.prepare.tokens import Token


def words(segmenter: Segmenter, text: str) -> list[str]:
    return [text[start:end] for (found,) in [segmenter.split([text])] for s in found for start, end in s.word_offsets()]


@pytest.fixture(scope="module", params=["xx", "es"])  # spaCy splits each stretch alone, and looks at whole texts
def segmenter(request: pytest.FixtureRequest) -> Segmenter:
    return Segmenter(request.param)


@pytest.mark.parametrize("one", ["$", "(", "]", "!", "*", "=", "%", "😀", "👍🏽", "🇩🇪", "-", ".", "_", "~", "´", "+"])
def test_a_run_of_one_character_has_the_words_that_spacy_makes(one: str, segmenter: Segmenter) -> None:
    text = one * 30
    assert has_runs(text) and not has_runs(one[:1] * (SHORTEST - 1))
    assert segmenter._new_tokens(text) == segmenter._spacy_tokens(text)
    assert "".join(words(segmenter, f"Rom{text}Bern")) == f"Rom{text}Bern"


def test_a_run_of_many_is_cut_at_those_that_are_words_of_their_own(segmenter: Segmenter) -> None:
    text = "Rom (((((((----))))))) ........$$$$$$$$$ !?!?!?!?!?!?!?!?"
    found = words(segmenter, text)
    assert found == ["Rom", *"(((((((", "----", *")))))))", "........", *"$$$$$$$$$", *"!?!?!?!?!?!?!?!?"]


def test_mixed_runs_without_words_of_their_own_are_cut_and_equal_ones_are_not(segmenter: Segmenter) -> None:
    assert max(map(len, words(segmenter, ".'" * 100))) <= 2 * LONGEST
    assert words(segmenter, "-" * 100) == ["-" * 100]
    assert "".join(words(segmenter, "Rom" + "'s" * 100)) == "Rom" + "'s" * 100


def _characters() -> dict[str, list[str]]:
    """The characters of each category of Unicode, except white space and surrogates."""
    found = defaultdict(list)
    for number in range(sys.maxunicode + 1):
        character = chr(number)
        category = unicodedata.category(character)
        if category != "Cs" and not character.isspace():
            found[category].append(character)
    return found


@pytest.mark.slow
def test_the_work_for_any_category_grows_as_the_length() -> None:
    """What spaCy strips off a stretch, multiplied by the length of the stretch, is the work that it does."""
    segmenter = Segmenter()
    tokenizer: Any = segmenter._nlp.tokenizer
    work = 0

    def counting(search: object) -> object:
        def counted(text: str) -> object:
            nonlocal work
            work += len(text)
            return search(text)  # type: ignore[operator]

        return counted

    tokenizer.prefix_search, tokenizer.suffix_search = (
        counting(tokenizer.prefix_search), counting(tokenizer.suffix_search),
    )  # fmt: skip
    for pattern in ("'s", "’S", ".'", "'.", "a.", "d'a", "9%", "km", ":/", "😀."):
        work = 0
        segmenter.split([(pattern * 999)[:999]])
        assert work <= 50 * 999, pattern
    draw = Random(0)
    for category, characters in _characters().items():
        ones = [one * 999 for one in draw.sample(characters, min(20, len(characters)))]
        for line in [*ones, *("".join(draw.choices(characters, k=999)) for _ in range(3))]:
            work = 0
            segmenter.split([line])
            assert work <= 50 * len(line), (category, line[:10])


def test_graphemes_are_split_once() -> None:
    given: list[str] = []

    def split(text: str) -> Sequence[Token]:
        given.append(text)
        return [(number, number + 1, 7) for number, one in enumerate(text) if one != "\n"]

    runs = Runs(split)
    assert len(runs.tokens("()" * 500)) == len(runs.tokens("()" * 500)) == 1_000
    assert [sorted(one.split("\n")) for one in given] == [["((", "))"]]
