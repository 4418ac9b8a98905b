"""Sentences of words -> windows of pieces that fit the model.

The first piece of a word carries its label, as in training. What is longer than the model takes is cut
into overlapping windows; each word is scored in the window where it is farthest from an edge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

Ints = NDArray[np.int64]
# A longer word is shown to the model by its beginning only.
MAX_WORD_CHARACTERS = 1_000
# Successive windows have a quarter of their pieces in common, and no word takes more than that.
OVERLAPS = 4
# How many words keep their pieces, up to which length.
KNOWN_WORDS = 20_000
KNOWN_LENGTH = 40
ID_BYTES = 8


class Window(NamedTuple):
    """A run of a sentence's words as the model sees it.

    `ids` int64 [pieces], the special ones included; `heads` int64 [words]: where in `ids` the first
    piece of each word to be scored stands; `sentence`: the number of its sentence among those encoded
    together; `words` int64 [words]: the numbers of those words in the sentence.
    """

    ids: Ints
    heads: Ints
    sentence: int
    words: Ints


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows one after another in a few arrays, which another process is handed at once.

    `ids` int64 [pieces of all], `heads` and `words` int64 [words of all]; `pieces` and `scored` int64 [windows + 1]:
    where each begins in `ids`, and in the other two; `sentences` int64 [windows]. `firsts` int64 [windows]: the number
    of the first window that has the same ids and heads, and so the same scores.
    """

    ids: Ints
    heads: Ints
    words: Ints
    pieces: Ints
    scored: Ints
    sentences: Ints
    firsts: Ints = field(init=False)

    def __post_init__(self) -> None:
        ids, heads = self.ids.tobytes(), self.heads.tobytes()
        pieces, scored = (self.pieces * ID_BYTES).tolist(), (self.scored * ID_BYTES).tolist()
        first: dict[tuple[bytes, bytes], int] = {}
        found = [
            first.setdefault((ids[pieces[i] : pieces[i + 1]], heads[scored[i] : scored[i + 1]]), i)
            for i in range(len(self))
        ]
        object.__setattr__(self, "firsts", np.array(found, dtype=np.int64))

    @classmethod
    def of(cls, windows: Sequence[Window]) -> Windows:
        """These windows, one after another."""
        none = np.zeros(0, dtype=np.int64)
        return cls(
            ids=np.concatenate([none, *(window.ids for window in windows)]),
            heads=np.concatenate([none, *(window.heads for window in windows)]),
            words=np.concatenate([none, *(window.words for window in windows)]),
            pieces=_places(np.array([len(window.ids) for window in windows], dtype=np.int64)),
            scored=_places(np.array([len(window.heads) for window in windows], dtype=np.int64)),
            sentences=np.array([window.sentence for window in windows], dtype=np.int64),
        )

    def __len__(self) -> int:
        """How many there are."""
        return len(self.sentences)

    def __iter__(self) -> Iterator[Window]:
        """One after another."""
        for row, sentence in enumerate(self.sentences.tolist()):
            pieces = slice(self.pieces[row], self.pieces[row + 1])
            scored = slice(self.scored[row], self.scored[row + 1])
            yield Window(self.ids[pieces], self.heads[scored], sentence, self.words[scored])

    @property
    def lengths(self) -> Ints:
        """How many pieces each has, int64 [windows]."""
        return np.diff(self.pieces)


class _Span(NamedTuple):
    """Words `first` to `last` make a window, of which those from `scored` to `upto` are scored in it."""

    first: int
    last: int
    scored: int
    upto: int


class Encoder:
    """Cuts sentences into windows of at most `max_pieces` pieces, special ones included."""

    def __init__(self, tokenizer: Tokenizer, max_pieces: int) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._known: dict[str, bytes] = {}
        bare = tokenizer.encode(["a"], is_pretokenized=True, add_special_tokens=False).ids
        full = tokenizer.encode(["a"], is_pretokenized=True).ids
        start = next(i for i in range(len(full)) if full[i : i + len(bare)] == bare)
        self._before = full[:start]
        self._after = full[start + len(bare) :]
        self._room = max_pieces - len(self._before) - len(self._after)

    def windows(self, sentences: Sequence[Sequence[str]]) -> Windows:
        """The windows of sentences of words, in order. A word that has no pieces is in none of them."""
        pieces = self._pieces([word[:MAX_WORD_CHARACTERS] for words in sentences for word in words])
        sizes = np.fromiter(map(len, pieces), np.int64, len(pieces)) // ID_BYTES
        lengths = np.fromiter(map(len, sentences), np.int64, len(sentences))
        owners = np.repeat(np.arange(len(sentences)), lengths)
        long = np.bincount(owners, sizes, len(sentences)) > self._room
        for word in np.flatnonzero(long[owners] & (sizes > self._room // OVERLAPS)):
            sizes[word] = self._room // OVERLAPS
            pieces[word] = pieces[word][: sizes[word] * ID_BYTES]
        numbers = np.arange(len(pieces)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        kept = sizes > 0
        ids, sizes, owners, numbers = b"".join(pieces), sizes[kept], owners[kept], numbers[kept]
        heads = np.cumsum(sizes) - sizes

        spans = list(self._spans(heads, sizes, np.searchsorted(owners, np.arange(len(sentences) + 1)), long))
        first, last, scored, upto = np.array(spans, dtype=np.int64).reshape(-1, len(_Span._fields)).T
        starts, ends = heads[first], heads[last - 1] + sizes[last - 1]
        return Windows(
            ids=self._with_special_pieces(ids, starts, ends),
            heads=heads - np.repeat(starts - len(self._before), upto - scored),
            words=numbers,
            pieces=_places(ends - starts + len(self._before) + len(self._after)),
            scored=_places(upto - scored),
            sentences=owners[first],
        )

    def _pieces(self, words: Sequence[str]) -> list[bytes]:
        """The ids of the pieces of each word, int64: they do not depend on what is beside it."""
        if len(self._known) > KNOWN_WORDS:
            self._known = {}
        known = self._known
        new = list(set(words).difference(known))
        encodings = self._tokenizer.encode_batch(
            [[word] for word in new], is_pretokenized=True, add_special_tokens=False
        )
        found = {word: np.array(e.ids, dtype=np.int64).tobytes() for word, e in zip(new, encodings, strict=True)}
        known.update((word, ids) for word, ids in found.items() if len(word) <= KNOWN_LENGTH)
        return [found[word] if word in found else known[word] for word in words]

    def _spans(self, heads: Ints, sizes: Ints, borders: Ints, long: NDArray[np.bool_]) -> Iterator[_Span]:
        """The windows of sentences whose words are those between `borders`."""
        for start, end, is_long in zip(borders[:-1].tolist(), borders[1:].tolist(), long.tolist(), strict=True):
            if is_long:
                for span in _overlapping(heads[start:end], sizes[start:end], self._room):
                    yield _Span(*(start + word for word in span))
            elif start < end:
                yield _Span(start, end, start, end)

    def _with_special_pieces(self, ids: bytes, starts: Ints, ends: Ints) -> Ints:
        before = np.array(self._before, dtype=np.int64).tobytes()
        after = np.array(self._after, dtype=np.int64).tobytes()
        parts: list[bytes] = []
        for start, end in zip((starts * ID_BYTES).tolist(), (ends * ID_BYTES).tolist(), strict=True):
            parts += (before, ids[start:end], after)
        return np.frombuffer(bytearray().join(parts), dtype=np.int64)


def _places(lengths: Ints) -> Ints:
    """Where things of these lengths begin one after another, and where the last one ends."""
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])


def _overlapping(heads: Ints, sizes: Ints, room: int) -> Iterator[_Span]:
    """Windows of at most `room` pieces over words that begin at `heads` and have `sizes` pieces.

    The border between two windows is the middle of what they have in common. The sentence's own
    ends are no edges.
    """
    ends = heads + sizes
    first = scored = 0
    while True:
        last = int(np.searchsorted(ends, heads[first] + room, side="right"))
        if last == len(heads):
            yield _Span(first, last, scored, last)
            return
        following = int(np.searchsorted(heads, ends[last - 1] - room // OVERLAPS))
        upto = int(np.searchsorted(heads, (heads[following] + ends[last - 1]) // 2))
        yield _Span(first, last, scored, upto)
        first, scored = following, upto
