"""The kinds of tokens."""

from __future__ import annotations

from annotator.prepare.full_stops import Stop
from annotator.prepare.tokens import BEGINS, END, LAST_WORD, PUNCTUATION, WORD


def test_kinds_are_distinct_and_fit_below_the_flag() -> None:
    kinds = {END, PUNCTUATION, WORD, LAST_WORD, *(LAST_WORD + stop for stop in Stop if stop)}
    assert len(kinds) == 4 + len(Stop) - 1 and max(kinds) < BEGINS
