"""How unsure a model is of a document."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from annotator.labels import PANX_TAGS
from annotator.select.uncertainty import uncertainty


def words(*rows: dict[str, float]) -> NDArray[np.float32]:
    """Log-probabilities of words that have these probabilities, and next to nothing for all other tags."""
    return np.log(np.array([[row.get(tag, 1e-6) for tag in PANX_TAGS] for row in rows], dtype=np.float32))


SURE = {"O": 0.99}
PERSON = {"B-PER": 0.98, "O": 0.01}
TORN = {"B-ORG": 0.5, "B-LOC": 0.4, "O": 0.1}
MISSED = {"O": 0.7, "B-LOC": 0.3}


def of(*rows: dict[str, float], seen: list[bool] | None = None) -> tuple[float, Any]:
    found = uncertainty(words(*rows), PANX_TAGS, np.array(seen or [True] * len(rows)))
    return found.total, found.doubt


def test_the_doubt_is_the_stretch_with_the_smallest_margin() -> None:
    total, doubt = of(PERSON, SURE, TORN, {"I-ORG": 0.9, "I-LOC": 0.1}, SURE)
    assert astuple(doubt) == (2, 4, "B-ORG", "B-LOC", pytest.approx(0.1, abs=1e-4))
    assert total == pytest.approx(1 - 0.97 + 1 - 0.1, abs=1e-3)


def test_a_name_that_may_be_missed_counts() -> None:
    assert astuple(of(SURE, MISSED)[1]) == (1, 2, "O", "B-LOC", pytest.approx(0.4, abs=1e-4))


def test_nothing_is_doubtful_without_names_words_or_sight() -> None:
    for found in (of(SURE, SURE), of(), of(TORN, seen=[False])):
        assert found == (0.0, None)


def test_a_model_with_one_label_has_doubts() -> None:
    scores = np.log(np.array([[0.4, 0.6]], dtype=np.float32))
    found = uncertainty(scores, ("O", "X"), np.array([True]))
    assert found.doubt and astuple(found.doubt) == (0, 1, "X", "O", pytest.approx(0.2, abs=1e-4))
