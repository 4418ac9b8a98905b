"""What the other fields of a record may hold: JSON's values, and null for numbers that JSON does not have."""

from __future__ import annotations

import json
import math
from datetime import date
from typing import Any

import pytest

from annotator.json_values import MAX_DEPTH, AnnotatorWarning, dumps, is_too_deep, json_value, loads


def nested(levels: int) -> Any:
    """Lists and objects in one another, this many levels deep."""
    value: Any = []
    for level in range(levels - 1):
        value = [value] if level % 2 else {"a": value}
    return value


def test_values_may_be_nested_up_to_the_bound() -> None:
    assert not is_too_deep(nested(MAX_DEPTH)) and is_too_deep(nested(MAX_DEPTH + 1))
    assert not is_too_deep("x") and is_too_deep((1, [()]), 2)
    assert json_value(nested(MAX_DEPTH)) == nested(MAX_DEPTH)
    with pytest.raises(ValueError, match=r"^nested more than 200 levels deep$"):
        json_value(nested(MAX_DEPTH + 1))
    itself: list[Any] = []
    itself.append(itself)
    assert is_too_deep(itself)
    with pytest.raises(ValueError, match="nested"):
        dumps(itself)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_does_not_have_are_null_and_warned_of(number: float) -> None:
    with pytest.warns(AnnotatorWarning, match="^NaN and Infinity became null in other fields of records, because JSON"):
        assert json_value({"a": (1.5, number)}) == {"a": [1.5, None]}
    with pytest.warns(AnnotatorWarning):
        assert dumps({"a": [number], "b": "NaN"}) == '{"a": [null], "b": "NaN"}'


def test_other_values_are_strings() -> None:
    value = {1: b"r\xc3\xb6t\xff", None: date(2026, 1, 2), (1,): {True}, "n": 2**80}
    expected = {"1": "röt\\xff", "None": "2026-01-02", "(1,)": "{True}", "n": 2**80}
    assert json_value(value) == expected
    assert json.loads(dumps(value)) == expected
    assert dumps("ö", ascii_only=True) == '"\\u00f6"'


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}', "1e999", "nan", "{", "9" * 5000])
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        loads(text)


def test_json_is_read() -> None:
    assert loads('{"a": [1e300, null, "NaN"]}') == {"a": [1e300, None, "NaN"]}
