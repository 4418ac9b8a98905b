"""Sentences of words -> windows of pieces that fit the model.

The first piece of a word carries its label, as in training. What is longer than the model takes is cut
into overlapping windows; each word is scored in the window where it is farthest from an edge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

Ints = NDArray[np.int64]

# A longer word is shown to the model by its beginning only.
MAX_WORD_CHARACTERS = 1_000
# Successive windows have a quarter of their pieces in common, and no word takes more than that.
OVERLAPS = 4


@dataclass(frozen=True, slots=True)
class Window:
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
class _Span:
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
        bare = tokenizer.encode(["a"], is_pretokenized=True, add_special_tokens=False).ids
        full = tokenizer.encode(["a"], is_pretokenized=True).ids
        start = next(i for i in range(len(full)) if full[i : i + len(bare)] == bare)
        self._before = np.array(full[:start], dtype=np.int64)
        self._after = np.array(full[start + len(bare) :], dtype=np.int64)
        self._room = max_pieces - len(self._before) - len(self._after)

    def windows(self, sentences: Sequence[Sequence[str]]) -> Iterator[Window]:
        """The windows of sentences of words, in order. A word that has no pieces is in none of them."""
        cut = [[word[:MAX_WORD_CHARACTERS] for word in words] for words in sentences]
        encodings = self._tokenizer.encode_batch(cut, is_pretokenized=True, add_special_tokens=False)
        for number, encoding in enumerate(encodings):
            yield from self._sentence_windows(encoding, number)

    def _sentence_windows(self, encoding: Encoding, sentence: int) -> Iterator[Window]:
        ids = np.array(encoding.ids, dtype=np.int64)
        owners = np.array(encoding.word_ids, dtype=np.int64)
        words, heads, sizes = np.unique(owners, return_index=True, return_counts=True)
        if len(ids) <= self._room:
            spans = iter([_Span(0, len(words), 0, len(words))] if len(words) else [])
        else:
            sizes = np.minimum(sizes, self._room // OVERLAPS)
            ids = np.concatenate([ids[head : head + size] for head, size in zip(heads, sizes, strict=True)])
            heads = np.cumsum(sizes) - sizes
            spans = _overlapping(heads, sizes, self._room)
        for span in spans:
            start, end = heads[span.first], heads[span.last - 1] + sizes[span.last - 1]
            scored = slice(span.scored, span.upto)
            yield Window(
                ids=np.concatenate([self._before, ids[start:end], self._after]),
                heads=heads[scored] - start + len(self._before),
                sentence=sentence,
                words=words[scored],
            )


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
