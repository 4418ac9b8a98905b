"""Windows -> batches of like length under a budget of piece slots, and their scores back in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .encode import Ints, Window

if TYPE_CHECKING:
    from .engines import Engine


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows side by side, padded to the longest.

    `ids` int64 [windows, pieces], filled up with 0; `lengths` int64 [windows]: how many of them count;
    `heads` int64 [windows, words], filled up with 0: where the words to be scored begin.
    """

    ids: Ints
    lengths: Ints
    heads: Ints


def make_batch(windows: Sequence[Window]) -> Batch:
    """One batch of windows, in their order."""
    ids = np.zeros((len(windows), max(len(w.ids) for w in windows)), dtype=np.int64)
    heads = np.zeros((len(windows), max(len(w.heads) for w in windows)), dtype=np.int64)
    for row, window in enumerate(windows):
        ids[row, : len(window.ids)] = window.ids
        heads[row, : len(window.heads)] = window.heads
    return Batch(ids, np.array([len(w.ids) for w in windows], dtype=np.int64), heads)


def by_length(windows: Sequence[Window], slots: int) -> Iterator[list[int]]:
    """The numbers of the windows in batches of at most `slots` piece slots, padding counted.

    The longest come first, so that memory is at its peak at once. A window longer than `slots` is a
    batch of its own.
    """
    order = sorted(range(len(windows)), key=lambda i: -len(windows[i].ids))
    start = 0
    while start < len(order):
        width = len(windows[order[start]].ids)
        size = max(1, slots // width)
        yield order[start : start + size]
        start += size


def score_windows(windows: Sequence[Window], engine: Engine, slots: int) -> list[NDArray[np.float32]]:
    """Log-probabilities float32 [words, labels] of each window, in the order of the windows.

    Equal windows are computed once.
    """
    keys = [(w.ids.tobytes(), w.heads.tobytes()) for w in windows]
    unique = dict(zip(keys, windows, strict=True))
    distinct = list(unique.values())
    scores: dict[tuple[bytes, bytes], NDArray[np.float32]] = {}
    distinct_keys = list(unique)
    for numbers in by_length(distinct, slots):
        batch = make_batch([distinct[i] for i in numbers])
        for i, score in zip(numbers, engine.scores(batch), strict=True):
            scores[distinct_keys[i]] = score[: len(distinct[i].heads)]
    return [scores[key] for key in keys]
