"""Windows -> batches of similar length within a budget of piece slots, and their scores back in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotator.engines.base import Batch, BatchTooLarge, Engine
from annotator.errors import AnnotatorError
from annotator.prepare.encode import Ints, Windows
from annotator.system.forks import lock_kept_over_forks

Floats = NDArray[np.float32]
# A larger budget is kept if it is faster by this factor.
WORTH_GROWING = 1.05
_recording = lock_kept_over_forks()  # held while a budget changes
# Batches timed per size, after a first one that is not, because a GPU prepares for new shapes then.
TIMED = 3


class WordScores(NamedTuple):
    """Log-probabilities `scores` float32 [words, labels] of the words with the indices `words` int64 [words]."""

    words: Ints
    scores: Floats


def make_batch(windows: Windows, indices: Ints) -> Batch:
    """One batch of the windows with these indices, in this order."""
    pieces, is_piece = _padded_indices(windows.piece_borders, indices)
    words, is_word = _padded_indices(windows.word_borders, indices)
    ids = np.where(is_piece, windows.ids.take(pieces, mode="clip"), 0)
    heads = np.where(is_word, windows.heads.take(words, mode="clip"), 0)
    return Batch(ids, windows.lengths[indices], heads)


def _padded_indices(borders: Ints, rows: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """int64 and bool [rows, longest]: for each row i of `rows`, the indices from `borders[i]` up to `borders[i + 1]`,
    continued to the length of the longest row; and which of them are no such padding."""
    lengths = borders[rows + 1] - borders[rows]
    columns = np.arange(lengths.max())
    return borders[rows][:, None] + columns, columns < lengths[:, None]


@dataclass(slots=True)
class Budget:
    """The number of piece slots that a batch may have, padding included.

    It is halved when a batch does not fit in the device's memory. Below `max_slots` it doubles as long as that is
    faster. A budget that has grown depends on measured times, and so do the last digits of scores. Several threads may
    record their batches.
    """

    slots: int
    max_slots: int = 0
    _rates: list[float] = field(default_factory=list, init=False)
    _previous_rate: float = field(default=0.0, init=False)

    @classmethod
    def of(cls, engine: Engine) -> Budget:
        """The budget that an engine starts with."""
        return cls(engine.slots, engine.max_slots)

    def record_time(self, slots: int, seconds: float) -> None:
        """Adapt to the time that a batch of `slots` slots took."""
        with _recording:
            if self.slots >= self.max_slots or slots <= self.slots // 2:  # the last batches of a chunk may be small
                return
            self._rates.append(slots / seconds)
            if len(self._rates) <= TIMED:
                return
            rate = max(self._rates[1:])
            self._rates.clear()
            if rate > self._previous_rate * WORTH_GROWING:
                self._previous_rate = rate
                self.slots *= 2
            else:
                self.slots //= 2
                self.max_slots = self.slots

    def record_too_large(self, slots: int) -> None:
        """Shrink, because a batch of `slots` slots did not fit."""
        with _recording:
            self.slots = self.max_slots = max(1, min(self.slots, slots // 2))
            self._rates.clear()


def batches_by_length(lengths: Ints, slots: int) -> Iterator[Ints]:
    """The indices of windows with these lengths, in batches of at most `slots` piece slots.

    The longest windows come first, so that memory use peaks at once. A window longer than `slots` is a batch of its
    own.
    """
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        size = max(1, slots // int(lengths[order[start]]))
        yield order[start : start + size]
        start += size


class Scorer:
    """Scores windows in as many threads as an engine has streams, while the caller does other work.

    An engine with one stream (torch on a CPU, which fills all cores) computes in the thread that asks for the result,
    because torch may hang in a thread of a forked process. Leaving the context waits for the batches under way and
    drops those that have not begun.
    """

    def __init__(self, streams: int) -> None:
        self._streams = streams
        self._pool = ThreadPoolExecutor(streams) if streams > 1 else None

    def submit(self, windows: Windows, engine: Engine, budget: Budget) -> PendingScores:
        """Start to score windows. Equal windows are computed once."""
        distinct = np.unique(windows.firsts)
        lengths = windows.lengths[distinct]
        share = -(-int(lengths.sum()) // self._streams)  # if there are few windows, each stream gets some
        batches: list[Callable[[], list[WordScores]]] = []
        for indices in batches_by_length(lengths, min(budget.slots, max(1, share))):
            batch = partial(_score_batch, windows, distinct[indices], engine, budget)
            batches.append(self._pool.submit(batch).result if self._pool else batch)
        return PendingScores(windows, len(engine.labels), batches)

    def __enter__(self) -> Scorer:
        """The scorer."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the threads."""
        if self._pool:
            self._pool.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class PendingScores:
    """Windows whose scores for `labels` labels are being computed; each of `batches` returns those of one batch."""

    windows: Windows
    labels: int
    batches: list[Callable[[], list[WordScores]]]

    def result(self) -> Floats:
        """Log-probabilities float32 [words, labels] of the words of all windows, one window after another.

        Waits for the batches, then forgets them, because they hold on to the engine: call it once. Raises
        AnnotatorError for a single window that does not fit in the device's memory.
        """
        borders, firsts = self.windows.word_borders, self.windows.firsts
        scores = np.empty((int(borders[-1]), self.labels), dtype=np.float32)
        for batch in self.batches:
            for part in batch():
                scores[part.words] = part.scores
        self.batches.clear()
        shift = np.repeat(borders[firsts] - borders[:-1], np.diff(borders))  # from a word to its equal that was scored
        return scores[np.arange(len(scores)) + shift] if shift.any() else scores


def _score_batch(windows: Windows, indices: Ints, engine: Engine, budget: Budget) -> list[WordScores]:
    """The scores of the windows with these indices, computed in one batch, or in halves of it if it is too large."""
    batch = make_batch(windows, indices)
    started = time.perf_counter()
    try:
        scores = engine.scores(batch)
    except BatchTooLarge as error:
        if len(indices) == 1:
            raise AnnotatorError(
                f"the device's memory is too small for a single window of {batch.ids.size} pieces ({error})",
                "no {batch_tokens} is small enough; free memory on the device, or use {device} cpu",
            ) from None
        budget.record_too_large(batch.ids.size)
    else:
        budget.record_time(batch.ids.size, time.perf_counter() - started)
        words, is_word = _padded_indices(windows.word_borders, indices)
        found = np.flatnonzero(is_word)  # taking by index is five times as fast as by a mask
        return [WordScores(words.ravel().take(found), scores.reshape(-1, scores.shape[-1]).take(found, axis=0))]
    half = len(indices) // 2
    return [
        *_score_batch(windows, indices[:half], engine, budget),
        *_score_batch(windows, indices[half:], engine, budget),
    ]
