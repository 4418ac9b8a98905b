"""Where sentences end: at final punctuation, as in spaCy's sentencizer, unless it goes on, and at blank lines.

Unlike in spaCy's, an opening quotation mark, bracket or dash belongs to the sentence that it opens. Sentences end
where a block of HTML begins or ends, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import regex

from annotator.prepare.tokens import BEGINS, BLANK_LINE, END, LAST_WORD, WORD, Token

_ENDING = (END, LAST_WORD)
# How the final punctuation seen so far ends a sentence: it has not come yet; whatever follows; unless a lower-case word
# follows, because it may be that of an abbreviation; only if a capitalised word follows, as after an ellipsis.
_NOT, _ALWAYS, _UNLESS_LOWER, _AT_CAPITAL = range(4)
_SHORT = 4  # characters of the longest word whose full stop a lower-case word takes for that of an abbreviation
_GOES_ON = frozenset(",;:")
_OPEN_APART = frozenset("-–—―«")  # also with a space after them
_OPENS = regex.compile(r"[\p{Ps}\p{Pi}¿¡]")


def is_ellipsis(word: str) -> bool:
    """Whether a word consists of several full stops, or one character for them."""
    return word == "…" or (word.startswith("..") and not word.strip("."))


def sentence_offsets(text: str, tokens: Iterable[Token]) -> Iterator[list[int]]:
    """The offsets of the words of each sentence: start, end, start, end and so on; no list is empty."""
    offsets: list[int] = []
    ended = _NOT
    quoted = False  # other punctuation came after the final one, without a space
    opening = 0  # where in `offsets` the punctuation begins that may open the next sentence
    apart = False  # it came after a space
    end = 0
    for start, stop, kind in tokens:
        cut = 0
        if offsets and (kind >= BEGINS or (start > end + 1 and BLANK_LINE.search(text, end, start))):
            cut = len(offsets)
        elif ended:
            gap = text[end:start]
            spaced = gap not in ("", " ")
            if kind < WORD and not spaced:
                if text[start:stop] in _GOES_ON:
                    ended = _NOT
                elif gap and kind != END:
                    opening, apart = len(offsets), True
                elif not gap and not apart:
                    quoted = True
                    opening = opening or (len(offsets) if _OPENS.match(text, start) else 0)
            elif (ended == _AT_CAPITAL and kind >= WORD and not text[start].isupper()) or (
                (ended == _UNLESS_LOWER or quoted) and not spaced and text[start].islower()
            ):
                ended = _NOT
            else:
                opens = opening and not spaced and (not gap or (apart and text[offsets[opening] : end] in _OPEN_APART))
                cut = opening if opens else len(offsets)
        if cut:
            yield offsets[:cut]
            offsets = offsets[cut:]
            ended = _NOT
        if not ended and kind % BEGINS in _ENDING:
            ended = _how(text, offsets, start, stop)
            quoted = apart = False
            opening = 0
        offsets += (start, stop)
        end = stop
    if offsets:
        yield offsets


def _how(text: str, offsets: list[int], start: int, stop: int) -> int:
    """How final punctuation after the words of a sentence ends it."""
    mark = text[start:stop]
    if is_ellipsis(mark):
        return _AT_CAPITAL
    after_word = mark == "." and bool(offsets) and offsets[-1] == start and text[start - 1].isalpha()
    return _UNLESS_LOWER if after_word and start - offsets[-2] <= _SHORT else _ALWAYS
