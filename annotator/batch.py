"""Windows -> batches of like length under a budget of piece slots, and their scores back in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .encode import Ints, Window
from .errors import AnnotatorError

if TYPE_CHECKING:
    from .engines import Engine

# Log-probabilities float32 [words, labels] by the number of the window.
Scores = dict[int, NDArray[np.float32]]
# A larger budget stays if it is faster by this factor.
WORTH_GROWING = 1.05
# Batches timed of each size. The first is not: a GPU gets ready for new shapes then.
TIMED = 3


class BatchTooLarge(Exception):
    """The device's memory does not hold the batch."""


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


@dataclass(slots=True)
class Budget:
    """How many piece slots a batch may have, padding counted.

    It is halved when a batch was too large for the device's memory. Up to `most` it doubles as long as that is
    faster; a budget that grew depends on the times measured, and with it the last digits of scores. Several threads
    may teach it.
    """

    slots: int
    most: int = 0
    _rates: list[float] = field(default_factory=list, init=False)
    _rate_before: float = field(default=0.0, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    @classmethod
    def of(cls, engine: Engine) -> Budget:
        """The budget that an engine begins with."""
        return cls(engine.slots, engine.most_slots)

    def took(self, slots: int, seconds: float) -> None:
        """Learn from a batch of so many slots that took so long."""
        with self._lock:
            if self.slots >= self.most or slots <= self.slots // 2:  # the last batches of a chunk may be small
                return
            self._rates.append(slots / seconds)
            if len(self._rates) <= TIMED:
                return
            rate = max(self._rates[1:])
            self._rates.clear()
            if rate > self._rate_before * WORTH_GROWING:
                self._rate_before = rate
                self.slots *= 2
            else:
                self.slots //= 2
                self.most = self.slots

    def too_large(self, slots: int) -> None:
        """Learn that a batch of so many slots was too large."""
        with self._lock:
            self.slots = self.most = max(1, min(self.slots, slots // 2))
            self._rates.clear()


def by_length(windows: Sequence[Window], slots: int) -> Iterator[list[int]]:
    """The numbers of the windows in batches of at most so many piece slots.

    The longest come first, so that memory is at its peak at once. A window longer than that is a batch of its own.
    """
    order = sorted(range(len(windows)), key=lambda i: -len(windows[i].ids))
    start = 0
    while start < len(order):
        width = len(windows[order[start]].ids)
        size = max(1, slots // width)
        yield order[start : start + size]
        start += size


class Scorer:
    """Has windows scored by as many threads as an engine takes, while others go on.

    An engine that takes one (torch on a CPU, which fills all cores by itself) is asked by whoever asks for the scores:
    in a thread of a forked process torch may compute for ever. As a context manager it ends once the batches under way
    are done; those that wait are dropped.
    """

    def __init__(self, streams: int) -> None:
        self._streams = streams
        self._pool = ThreadPoolExecutor(streams) if streams > 1 else None

    def begin(self, windows: Sequence[Window], engine: Engine, budget: Budget) -> Scoring:
        """Begin to score windows. Equal ones are computed once."""
        windows = list(windows)
        keys = [(w.ids.tobytes(), w.heads.tobytes()) for w in windows]
        unique = dict(zip(keys, windows, strict=True))
        places = {key: place for place, key in enumerate(unique)}
        distinct = list(unique.values())
        share = -(-sum(len(w.ids) for w in distinct) // self._streams)  # one for each, if there are few
        batches: list[Callable[[], Scores]] = []
        for numbers in by_length(distinct, min(budget.slots, max(1, share))):
            batch = partial(_batch_scores, distinct, numbers, engine, budget)
            batches.append(self._pool.submit(batch).result if self._pool else batch)
        return Scoring([places[key] for key in keys], batches)

    def __enter__(self) -> Scorer:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        if self._pool:
            self._pool.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class Scoring:
    """Windows that are being scored: the place of each among the distinct ones, and what gives the batches of these."""

    places: list[int]
    batches: list[Callable[[], Scores]]

    def scores(self) -> list[NDArray[np.float32]]:
        """Log-probabilities float32 [words, labels] of each window, in the order of the windows.

        Waits for them, and forgets them, for they hold the engine: to be asked once. Raises AnnotatorError for a window
        that the device's memory does not hold by itself.
        """
        scores: Scores = {}
        for batch in self.batches:
            scores.update(batch())
        self.batches.clear()
        return [scores[place] for place in self.places]


def _batch_scores(windows: Sequence[Window], numbers: Sequence[int], engine: Engine, budget: Budget) -> Scores:
    """The scores of the windows of these numbers, in one batch, or in halves of it where that is too large."""
    batch = make_batch([windows[i] for i in numbers])
    started = time.perf_counter()
    try:
        scores = engine.scores(batch)
    except BatchTooLarge as error:
        if len(numbers) == 1:
            raise AnnotatorError(
                f"the device's memory does not hold a single window, of {batch.ids.size} pieces ({error}): no "
                "--batch-tokens is small enough; free memory there or use --device cpu"
            ) from None
        budget.too_large(batch.ids.size)
    else:
        budget.took(batch.ids.size, time.perf_counter() - started)
        return {i: score[: len(windows[i].heads)] for i, score in zip(numbers, scores, strict=True)}
    half = len(numbers) // 2
    return _batch_scores(windows, numbers[:half], engine, budget) | _batch_scores(
        windows, numbers[half:], engine, budget
    )
