"""Weights rounded to 7 bits."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from annotator.export.int8 import WEIGHT_LIMIT, round_weight


@settings(max_examples=50, deadline=None)
@given(arrays(np.float32, (3, 8), elements=st.floats(-4, 4, width=32)))
def test_rounded_weights_keep_to_seven_bits_and_stay_close(weight: NDArray[np.float32]) -> None:
    rounded, scales = round_weight(weight)
    assert np.abs(rounded.astype(int)).max() <= WEIGHT_LIMIT
    step = np.abs(weight).max(axis=1) / WEIGHT_LIMIT
    error = np.square(rounded * scales[:, None] - weight).sum(axis=1)
    assert (error <= 8 * (step / 2) ** 2 + 1e-9).all()  # no worse than with the plain scale
