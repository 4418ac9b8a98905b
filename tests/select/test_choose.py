"""Which candidates are chosen."""

from __future__ import annotations

import numpy as np

from annotator.document import Document, Origin
from annotator.select.choose import Candidate, choose, same_text
from annotator.select.uncertainty import Uncertainty

NORTH, EAST = np.array([1, 0], dtype=np.float32), np.array([0, 1], dtype=np.float32)


def candidate(number: int, text: str, total: float, direction: np.ndarray, turned: float = 0.0) -> Candidate:
    turn = np.array([[np.cos(turned), -np.sin(turned)], [np.sin(turned), np.cos(turned)]], dtype=np.float32)
    document = Document(str(number), text, Origin("c", number))
    return Candidate(number, document, Uncertainty(total), (turn @ direction).astype(np.float32))


def numbers(candidates: list[Candidate], count: int, seed: int = 0) -> list[int]:
    return [choice.candidate.number for choice in choose(candidates, count, seed)]


MANY = [candidate(i, f"north {'abcdefgh'[i]}", 0.9 - i / 100, NORTH, 0.3 * (i % 2)) for i in range(6)]
FEW = [candidate(10 + i, f"east {'xyz'[i]}", 0.3 - i / 100, EAST, 0.3 * (i % 2)) for i in range(3)]


def test_each_cluster_gives_its_most_uncertain_first() -> None:
    assert numbers([*MANY, *FEW], 2) == [0, 10]
    first, second = choose([*MANY, *FEW], 2, 0)
    assert (first.cluster, first.size, second.cluster, second.size) == (1, 6, 2, 3)


def test_near_copies_are_left_out() -> None:
    same_words = candidate(1, "Berlin wins against Hamburg 3", 0.8, NORTH, 0.3)
    others = [candidate(0, "Hamburg wins against Berlin 2", 0.9, NORTH), candidate(2, "It rained.", 0.1, NORTH, -0.3)]
    assert numbers([*others, same_words], 1) == [0]
    assert 1 not in numbers([*others, same_words], 3)
    same_vector = candidate(3, "Something else entirely", 0.7, NORTH, 0.01)
    assert 3 not in numbers([*others, same_vector], 3)


def test_fewer_than_asked_for_are_all_that_differ() -> None:
    assert numbers([], 3) == [] and numbers(FEW[:1], 3) == [10]


def test_the_seed_decides_and_repeats() -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(60, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    every = [
        Candidate(i, Document(str(i), f"text {chr(97 + i % 26)}{i}", Origin("c", i)), Uncertainty(0.5), vectors[i])
        for i in range(60)
    ]
    assert numbers(every, 10, seed=1) == numbers(every, 10, seed=1) != numbers(every, 10, seed=2)


def test_copies_are_found_by_their_text() -> None:
    assert same_text(" Bern  1999 wins") == same_text("BERN 2001\nwins") != same_text("Bern loses 1999")
