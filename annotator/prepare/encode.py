"""Sentences of words -> windows of pieces that fit the model.

The first piece of a word carries its label, as in training. A sentence that is longer than the model allows is cut into
overlapping windows, and each word is scored in the window where it is farthest from an edge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

Ints = NDArray[np.int64]
# Of a longer word, the model sees only the beginning.
MAX_WORD_CHARACTERS = 1_000
# Successive windows share a quarter of their pieces, and no word takes more than a quarter.
OVERLAPS = 4
# How many words keep their pieces for later sentences, and the length of the longest such word.
KNOWN_WORDS = 20_000
KNOWN_LENGTH = 40
ID_BYTES = 8


class Window(NamedTuple):
    """Successive words of a sentence as the model sees them.

    `ids` int64 [pieces] includes the special pieces. `heads` int64 [words]: the indices in `ids` of the first piece
    of each word to be scored. `sentence`: the number of its sentence among those encoded together. `words` int64
    [words]: the numbers of the words to be scored, within the sentence.
    """

    ids: Ints
    heads: Ints
    sentence: int
    words: Ints


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows joined in a few flat arrays, which are quick to hand to another process.

    `ids` int64 [pieces of all windows], `heads` and `words` int64 [scored words of all windows], `sentences` int64
    [windows]: as in `Window`. `piece_borders` and `word_borders` int64 [windows + 1]: window i has
    `ids[piece_borders[i] : piece_borders[i + 1]]`, and likewise `heads` and `words`. `firsts` int64 [windows]: for
    each window, the number of the first one with the same ids and heads, and therefore the same scores.
    """

    ids: Ints
    heads: Ints
    words: Ints
    piece_borders: Ints
    word_borders: Ints
    sentences: Ints
    firsts: Ints = field(init=False)

    def __post_init__(self) -> None:
        ids, heads = self.ids.tobytes(), self.heads.tobytes()
        pieces, words = (self.piece_borders * ID_BYTES).tolist(), (self.word_borders * ID_BYTES).tolist()
        first: dict[tuple[bytes, bytes], int] = {}
        found = [
            first.setdefault((ids[pieces[i] : pieces[i + 1]], heads[words[i] : words[i + 1]]), i)
            for i in range(len(self))
        ]
        object.__setattr__(self, "firsts", np.array(found, dtype=np.int64))

    @classmethod
    def of(cls, windows: Sequence[Window]) -> Windows:
        """These windows, joined."""
        none = np.zeros(0, dtype=np.int64)
        return cls(
            ids=np.concatenate([none, *(window.ids for window in windows)]),
            heads=np.concatenate([none, *(window.heads for window in windows)]),
            words=np.concatenate([none, *(window.words for window in windows)]),
            piece_borders=_borders(np.array([len(window.ids) for window in windows], dtype=np.int64)),
            word_borders=_borders(np.array([len(window.heads) for window in windows], dtype=np.int64)),
            sentences=np.array([window.sentence for window in windows], dtype=np.int64),
        )

    def __len__(self) -> int:
        """The number of windows."""
        return len(self.sentences)

    def __iter__(self) -> Iterator[Window]:
        """The windows in order."""
        for row, sentence in enumerate(self.sentences.tolist()):
            pieces = slice(self.piece_borders[row], self.piece_borders[row + 1])
            words = slice(self.word_borders[row], self.word_borders[row + 1])
            yield Window(self.ids[pieces], self.heads[words], sentence, self.words[words])

    @property
    def lengths(self) -> Ints:
        """The number of pieces of each window, int64 [windows]."""
        return np.diff(self.piece_borders)


class _WindowRange(NamedTuple):
    """The words `[first, end)` that a window shows, and the words `[scored_first, scored_end)` that it scores."""

    first: int
    end: int
    scored_first: int
    scored_end: int


class Encoder:
    """Cuts sentences into windows of at most `max_pieces` pieces, including the special ones."""

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
        """The windows of these sentences of words, in order. A word that has no pieces is in no window.

        An empty word, which the model is not to see, has none.
        """
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

        ranges = list(self._ranges(heads, sizes, np.searchsorted(owners, np.arange(len(sentences) + 1)), long))
        columns = np.array(ranges, dtype=np.int64).reshape(-1, len(_WindowRange._fields)).T
        first, end, scored_first, scored_end = columns
        starts, ends = heads[first], heads[end - 1] + sizes[end - 1]
        scored = scored_end - scored_first
        return Windows(
            ids=self._with_special_pieces(ids, starts, ends),
            heads=heads - np.repeat(starts - len(self._before), scored),
            words=numbers,
            piece_borders=_borders(ends - starts + len(self._before) + len(self._after)),
            word_borders=_borders(scored),
            sentences=owners[first],
        )

    def _pieces(self, words: Sequence[str]) -> list[bytes]:
        """The ids of the pieces of each word, as bytes of int64. They do not depend on the neighbouring words."""
        if len(self._known) > KNOWN_WORDS:
            self._known = {}
        known = self._known
        new = list(set(words).difference(known, ("",)))
        encodings = self._tokenizer.encode_batch(
            [[word] for word in new], is_pretokenized=True, add_special_tokens=False
        )
        found = {word: np.array(e.ids, dtype=np.int64).tobytes() for word, e in zip(new, encodings, strict=True)}
        found[""] = b""
        known.update((word, ids) for word, ids in found.items() if len(word) <= KNOWN_LENGTH)
        return [found[word] if word in found else known[word] for word in words]

    def _ranges(self, heads: Ints, sizes: Ints, borders: Ints, long: NDArray[np.bool_]) -> Iterator[_WindowRange]:
        """The windows of sentences, whose words lie between successive `borders`."""
        for start, end, is_long in zip(borders[:-1].tolist(), borders[1:].tolist(), long.tolist(), strict=True):
            if is_long:
                for window in _overlapping(heads[start:end], sizes[start:end], self._room):
                    yield _WindowRange(*(start + word for word in window))
            elif start < end:
                yield _WindowRange(start, end, start, end)

    def _with_special_pieces(self, ids: bytes, starts: Ints, ends: Ints) -> Ints:
        before = np.array(self._before, dtype=np.int64).tobytes()
        after = np.array(self._after, dtype=np.int64).tobytes()
        slices: list[bytes] = []
        for start, end in zip((starts * ID_BYTES).tolist(), (ends * ID_BYTES).tolist(), strict=True):
            slices += (before, ids[start:end], after)
        return np.frombuffer(bytearray().join(slices), dtype=np.int64)


def _borders(lengths: Ints) -> Ints:
    """The borders, int64 [lengths + 1], of ranges of these lengths that follow one another from 0."""
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])


def _overlapping(heads: Ints, sizes: Ints, room: int) -> Iterator[_WindowRange]:
    """Windows of at most `room` pieces over words that begin at `heads` and have `sizes` pieces.

    Two successive windows divide the scoring of their common words in the middle. The ends of the sentence do not
    count as edges.
    """
    ends = heads + sizes
    first = scored_first = 0
    while True:
        end = int(np.searchsorted(ends, heads[first] + room, side="right"))
        if end == len(heads):
            yield _WindowRange(first, end, scored_first, end)
            return
        following = int(np.searchsorted(heads, ends[end - 1] - room // OVERLAPS))
        scored_end = int(np.searchsorted(heads, (heads[following] + ends[end - 1]) // 2))
        yield _WindowRange(first, end, scored_first, scored_end)
        first, scored_first = following, scored_end
