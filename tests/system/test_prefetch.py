"""Items are taken ahead, in order, and errors come after everything before them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.errors import AnnotatorError
from annotator.system.prefetch import prefetch


@given(st.lists(st.integers()), st.integers(0, 5))
def test_items_keep_their_order(items: list[int], count: int) -> None:
    assert list(prefetch(items, count)) == items


def test_as_many_are_taken_ahead_as_asked() -> None:
    taken: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(6):
            taken.append(number)
            yield number

    ahead = prefetch(numbers(), 2)
    assert taken == []
    assert [next(ahead), len(taken), next(ahead), len(taken)] == [0, 3, 1, 4]


@pytest.mark.parametrize(("error", "given_before"), [(AnnotatorError("x"), [0, 1, 2]), (ValueError("x"), [0])])
def test_a_user_error_is_raised_after_the_items_before_it(error: Exception, given_before: list[int]) -> None:
    def failing() -> Iterator[int]:
        yield from range(3)
        raise error

    found = []
    with pytest.raises(type(error)):
        for number in prefetch(failing(), 2):
            found.append(number)
    assert found == given_before
