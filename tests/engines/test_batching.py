"""Batches: order, budgets that grow and shrink, several threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from annotator.engines.base import Batch, BatchTooLarge
from annotator.engines.batching import Budget, Scorer, batches_by_length, make_batch
from annotator.errors import AnnotatorError
from annotator.prepare.encode import Window, Windows
from support.scored import score_windows


def window(*ids: int) -> Window:
    """A window in which each piece is a word."""
    positions = np.arange(len(ids), dtype=np.int64)
    return Window(np.array(ids, dtype=np.int64), positions, 0, positions)


@dataclass
class Echo:
    """An engine whose scores are the ids of the words' first pieces; its memory holds `memory` slots."""

    labels: tuple[str, ...] = ("O",)
    slots: int = 64
    max_slots: int = 64
    streams: int = 1
    on_gpu: bool = False
    memory: int = 10**9
    batches: list[Batch] = field(default_factory=list)

    def scores(self, batch: Batch) -> NDArray[np.float32]:
        if batch.ids.size > self.memory:
            raise BatchTooLarge("too large")
        self.batches.append(batch)
        return np.take_along_axis(batch.ids, batch.heads, axis=1)[:, :, None].astype(np.float32)


WINDOWS = st.lists(st.lists(st.integers(1, 99), min_size=1, max_size=9).map(lambda ids: window(*ids)), max_size=30)


@given(WINDOWS, st.integers(1, 40), st.integers(1, 3), st.integers(9, 50))
def test_each_window_gets_its_own_scores(windows: list[Window], slots: int, streams: int, memory: int) -> None:
    scores = score_windows(windows, Echo(streams=streams, memory=memory), Budget(slots))
    assert [s[:, 0].tolist() for s in scores] == [w.ids.tolist() for w in windows]


@given(WINDOWS, st.integers(1, 40))
def test_batches_keep_within_the_budget_and_the_longest_come_first(windows: list[Window], slots: int) -> None:
    together = Windows.of(windows)
    batches = [make_batch(together, indices) for indices in batches_by_length(together.lengths, slots)]
    assert all(len(batch.ids) == 1 or batch.ids.size <= slots for batch in batches)
    widths = [batch.ids.shape[1] for batch in batches]
    assert widths == sorted(widths, reverse=True)


def test_equal_windows_are_computed_once() -> None:
    engine = Echo()
    assert len(score_windows([window(1, 2), window(3), window(1, 2)], engine, Budget.of(engine))) == 3
    assert sum(len(batch.ids) for batch in engine.batches) == 2


def test_few_windows_are_divided_among_the_streams() -> None:
    engine = Echo(streams=2)
    score_windows([window(n, n) for n in range(1, 5)], engine, Budget.of(engine))
    assert sorted(len(batch.ids) for batch in engine.batches) == [2, 2]


def test_streams_compute_at_the_same_time() -> None:
    class Meeting(Echo):
        barrier = threading.Barrier(2, timeout=300)

        def scores(self, batch: Batch) -> NDArray[np.float32]:
            self.barrier.wait()  # passed only once two threads are here
            return super().scores(batch)

    engine = Meeting(streams=2)
    assert len(score_windows([window(1), window(2)], engine, Budget.of(engine))) == 2


def test_a_batch_that_does_not_fit_is_halved_and_so_is_the_budget() -> None:
    engine = Echo(memory=20)
    budget = Budget(64, max_slots=128)
    scores = score_windows([window(n, n, n, n) for n in range(1, 33)], engine, budget)
    assert [s[0, 0] for s in scores] == list(range(1, 33))
    assert budget.slots == budget.max_slots == 16
    assert [batch.ids.size for batch in engine.batches] == [16] * 8


@pytest.mark.parametrize("streams", [1, 2])
def test_a_single_window_that_does_not_fit_is_an_error_with_a_remedy(streams: int) -> None:
    with pytest.raises(AnnotatorError, match=r"single window of 5 pieces \(too large\): no batch_tokens .*device cpu"):
        score_windows([window(1, 2, 3, 4, 5), window(1)], Echo(memory=4, streams=streams), Budget(64))


def test_waiting_batches_are_dropped_when_the_scorer_exits() -> None:
    class Slow(Echo):
        started = threading.Event()
        proceed = threading.Event()

        def scores(self, batch: Batch) -> NDArray[np.float32]:
            self.started.set()
            assert self.proceed.wait(300)
            return super().scores(batch)

    engine = Slow(slots=1)
    with Scorer(2) as scorer:
        pending = scorer.submit(Windows.of([window(n) for n in range(1, 9)]), engine, Budget.of(engine))
        last: Future[object] = pending.batches[-1].__self__  # type: ignore[attr-defined]  # it is the future's result
        last.add_done_callback(lambda _: engine.proceed.set())  # batches are dropped in order, the last one last
        assert engine.started.wait(300)
    assert 1 <= len(engine.batches) <= 2
    for batch in pending.batches[2:]:
        with pytest.raises(CancelledError):
            batch()


def grown(seconds: Callable[[int], float]) -> tuple[int, list[int]]:
    """The final slots of a budget, and all that it tried, if a batch takes `seconds` of its slots."""
    budget = Budget(100, max_slots=6_400)
    sizes = []
    for _ in range(100):
        sizes.append(budget.slots)
        budget.record_time(budget.slots, seconds(budget.slots))
    return budget.slots, sorted(set(sizes))


def test_a_budget_grows_as_long_as_that_is_faster() -> None:
    # The time per slot is shortest from 800 slots onwards.
    assert grown(lambda slots: max(slots, 800)) == (800, [100, 200, 400, 800, 1_600])


def test_a_budget_grows_no_further_than_its_maximum() -> None:
    assert grown(lambda _: 1.0)[0] == 6_400


def test_a_budget_without_a_maximum_does_not_change() -> None:
    budget = Budget(100)
    for _ in range(20):
        budget.record_time(100, 0.001)
    assert budget.slots == 100


def test_small_batches_do_not_change_a_budget() -> None:
    budget = Budget(100, max_slots=800)
    for _ in range(20):
        budget.record_time(50, 1.0)
    assert budget.slots == 100


def test_a_halved_budget_does_not_grow_again() -> None:
    budget = Budget(100, max_slots=800)
    budget.record_too_large(100)
    for _ in range(20):
        budget.record_time(50, 0.001)
    assert budget.slots == 50
