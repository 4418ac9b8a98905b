"""What the segmenter's tokens are, between spaCy and the sentences."""

from __future__ import annotations

import regex

Token = tuple[int, int, int]  # start, end and kind
# The kinds of tokens: punctuation that ends a sentence, other punctuation, a word, a word that ends a sentence.
END, PUNCTUATION, WORD, LAST_WORD = range(4)
# A word whose full stop is to be decided has the kind LAST_WORD + its `Stop`.
BEGINS = 16  # added to the kind of a token that begins a sentence whatever stands before it
BLANK_LINE = regex.compile(r"\r?\n[^\S\n]*\n")
