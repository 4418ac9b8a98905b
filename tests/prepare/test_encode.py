"""Windows of pieces: they fit the model, and every word is scored once, far from the edges."""

from __future__ import annotations

import pickle
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.checkpoints.folder import load_tokenizer
from annotator.prepare import encode
from annotator.prepare.encode import MAX_WORD_CHARACTERS, Encoder, Windows, _overlapping

ROOM = 40


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(1, ROOM // 4), min_size=1, max_size=200))
def test_windows_fit_and_score_each_word_once_far_from_edges(sizes: list[int]) -> None:
    size = np.array(sizes)
    heads = np.cumsum(size) - size
    ends = heads + size
    ranges = list(_overlapping(heads, size, ROOM))
    assert ranges[0].scored_first == 0 and ranges[-1].scored_end == len(sizes)
    assert all(one.scored_end == following.scored_first for one, following in pairwise(ranges))
    for one in ranges:
        assert one.first <= one.scored_first <= one.scored_end <= one.end
        assert ends[one.end - 1] - heads[one.first] <= ROOM

    def distance(word: int, number: int) -> float:
        """Pieces between the word's first piece and the nearest edge of a window, other than the sentence's own."""
        one = ranges[number]
        left = heads[word] - heads[one.first] if one.first else np.inf
        right = ends[one.end - 1] - heads[word] if one.end < len(sizes) else np.inf
        return float(min(left, right))

    for word in range(len(sizes)):
        holding = [i for i, one in enumerate(ranges) if one.first <= word < one.end]
        (scoring,) = [i for i, one in enumerate(ranges) if one.scored_first <= word < one.scored_end]
        # The border is in the middle, give or take a piece.
        assert distance(word, scoring) >= max(distance(word, i) for i in holding) - 1


@pytest.fixture(scope="module")
def encoder(tiny: Path) -> Encoder:
    return Encoder(load_tokenizer(tiny), 64)


def test_a_short_sentence_is_one_window_of_first_pieces(encoder: Encoder, tiny: Path) -> None:
    tokenizer = load_tokenizer(tiny)
    words = ["Angela", "Merkel", "besuchte", "Paris", "."]
    (window,) = encoder.windows([words])
    encoding = tokenizer.encode(words, is_pretokenized=True)
    assert window.ids.tolist() == encoding.ids
    firsts = [encoding.word_ids.index(i) for i in range(len(words))]
    assert window.heads.tolist() == firsts
    assert window.words.tolist() == [0, 1, 2, 3, 4] and window.sentence == 0


def test_long_sentences_lose_no_word(encoder: Encoder) -> None:
    words = [f"Wort{i}" for i in range(500)]
    windows = list(encoder.windows([["a"], words]))
    assert all(len(w.ids) <= 64 for w in windows)
    assert np.concatenate([w.words for w in windows if w.sentence == 1]).tolist() == list(range(500))


def test_of_a_huge_word_the_model_sees_the_beginning(encoder: Encoder) -> None:
    windows = list(encoder.windows([["x" * 300_000, "Paris"]]))
    assert np.concatenate([w.words for w in windows]).tolist() == [0, 1]
    shorter = list(encoder.windows([["x" * MAX_WORD_CHARACTERS, "Paris"]]))
    assert [w.ids.tolist() for w in windows] == [w.ids.tolist() for w in shorter]


def test_words_without_pieces_are_in_no_window(encoder: Encoder, tiny: Path) -> None:
    assert list(encoder.windows([])) == []
    assert list(encoder.windows([[]])) == []
    tokenizer = load_tokenizer(tiny)
    empty = [w for w in ("\u200b", "\x00", "\u2060") if not tokenizer.encode([w], is_pretokenized=True).tokens[1:-1]]
    for word in empty:
        (window,) = encoder.windows([["a", word, "b"]])
        assert window.words.tolist() == [0, 2]


def test_pieces_are_the_same_whether_remembered_or_not(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = [[f"Wort{i}", "und", "x" * 60, f"Stadt{i % 3}"] for i in range(20)]
    tokenizer = load_tokenizer(tiny)
    expected = [tokenizer.encode(words, is_pretokenized=True).ids for words in sentences]
    monkeypatch.setattr(encode, "KNOWN_WORDS", 5)
    encoder = Encoder(load_tokenizer(tiny), 512)
    assert [w.ids.tolist() for words in sentences for w in encoder.windows([words])] == expected
    assert len(encoder._known) < 12
    monkeypatch.undo()
    assert [w.ids.tolist() for _ in range(2) for w in encoder.windows(sentences)] == expected * 2


def test_joined_windows_come_apart_again(encoder: Encoder) -> None:
    windows = encoder.windows([["Rom"], [f"Wort{i}" for i in range(100)], ["Rom"], ["Bern", "."]])
    apart = list(windows)
    together = pickle.loads(pickle.dumps(Windows.of(apart)))
    assert len(windows) == len(apart) == len(together) > 4
    for name in ("ids", "heads", "words", "piece_borders", "word_borders", "sentences", "firsts", "lengths"):
        assert getattr(together, name).tolist() == getattr(windows, name).tolist(), name
    assert windows.lengths.tolist() == [len(window.ids) for window in apart]
    second = [window.sentence for window in apart].index(2)
    assert windows.firsts.tolist() == [0 if i == second else i for i in range(len(apart))]
    assert len(Windows.of([])) == 0
