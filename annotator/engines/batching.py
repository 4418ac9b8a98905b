"""Windows -> batches of like length under a budget of piece slots, and their scores back in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotator.errors import AnnotatorError
from annotator.prepare.encode import Ints, Windows

if TYPE_CHECKING:
    from annotator.engines.base import Engine
from annotator.engines.base import Batch, BatchTooLarge

Floats = NDArray[np.float32]
# A larger budget stays if it is faster by this factor.
WORTH_GROWING = 1.05
# Batches timed of each size. The first is not: a GPU gets ready for new shapes then.
TIMED = 3


class WordScores(NamedTuple):
    """Log-probabilities `scores` float32 [words, labels] of the `words` int64 [words] of these numbers."""

    words: Ints
    scores: Floats


def make_batch(windows: Windows, numbers: Ints) -> Batch:
    """One batch of the windows of these numbers, in this order."""
    pieces, is_piece = _rows(windows.pieces, numbers)
    words, is_word = _rows(windows.scored, numbers)
    ids = np.where(is_piece, windows.ids.take(pieces, mode="clip"), 0)
    heads = np.where(is_word, windows.heads.take(words, mode="clip"), 0)
    return Batch(ids, windows.lengths[numbers], heads)


def _rows(borders: Ints, numbers: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """Where what lies between the borders of these numbers is, a row each, and which of these places count."""
    lengths = borders[numbers + 1] - borders[numbers]
    columns = np.arange(lengths.max())
    return borders[numbers][:, None] + columns, columns < lengths[:, None]


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


def by_length(lengths: Ints, slots: int) -> Iterator[Ints]:
    """The numbers of windows of these lengths, in batches of at most so many piece slots.

    The longest come first, so that memory is at its peak at once. A window longer than that is a batch of its own.
    """
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        size = max(1, slots // int(lengths[order[start]]))
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

    def begin(self, windows: Windows, engine: Engine, budget: Budget) -> Scoring:
        """Begin to score windows. Equal ones are computed once."""
        distinct = np.unique(windows.firsts)
        lengths = windows.lengths[distinct]
        share = -(-int(lengths.sum()) // self._streams)  # one for each, if there are few
        batches: list[Callable[[], list[WordScores]]] = []
        for some in by_length(lengths, min(budget.slots, max(1, share))):
            batch = partial(_batch_scores, windows, distinct[some], engine, budget)
            batches.append(self._pool.submit(batch).result if self._pool else batch)
        return Scoring(windows, len(engine.labels), batches)

    def __enter__(self) -> Scorer:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        if self._pool:
            self._pool.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class Scoring:
    """Windows that are being scored for so many labels, and what gives the scores of the distinct ones."""

    windows: Windows
    labels: int
    batches: list[Callable[[], list[WordScores]]]

    def scores(self) -> Floats:
        """Log-probabilities float32 [words, labels] of the words of all windows, one window after another.

        Waits for them, and forgets what gives them, for that holds the engine: to be asked once. Raises AnnotatorError
        for a window that the device's memory does not hold by itself.
        """
        borders, firsts = self.windows.scored, self.windows.firsts
        scores = np.empty((int(borders[-1]), self.labels), dtype=np.float32)
        for batch in self.batches:
            for part in batch():
                scores[part.words] = part.scores
        self.batches.clear()
        again = np.repeat(borders[firsts] - borders[:-1], np.diff(borders))  # how far back a word was scored
        return scores[np.arange(len(scores)) + again] if again.any() else scores


def _batch_scores(windows: Windows, numbers: Ints, engine: Engine, budget: Budget) -> list[WordScores]:
    """The scores of the windows of these numbers, in one batch, or in halves of it where that is too large."""
    batch = make_batch(windows, numbers)
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
        words, is_word = _rows(windows.scored, numbers)
        found = np.flatnonzero(is_word)  # to take by number is five times as fast as by a mask
        return [WordScores(words.ravel().take(found), scores.reshape(-1, scores.shape[-1]).take(found, axis=0))]
    half = len(numbers) // 2
    return [
        *_batch_scores(windows, numbers[:half], engine, budget),
        *_batch_scores(windows, numbers[half:], engine, budget),
    ]
