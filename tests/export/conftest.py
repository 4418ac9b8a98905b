"""Random windows for exported graphs."""

from __future__ import annotations

import numpy as np
import pytest

from annotator.prepare.encode import Window


@pytest.fixture(scope="session")
def random_windows() -> list[Window]:
    """Windows of random pieces, of which random ones begin a word."""
    chance = np.random.default_rng(0)
    lengths = (23, 17, 9, 3)
    heads = [np.flatnonzero(chance.random(length - 2) < 0.6) + 1 for length in lengths]
    ids = [chance.integers(4, 700, length) for length in lengths]
    return [Window(i, h, 0, np.arange(len(h))) for i, h in zip(ids, heads, strict=True)]
