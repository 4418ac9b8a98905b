"""What the model sees of each word, and its role, which says where entities may begin and end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import regex

from annotator.document import Sentence
from annotator.edges import (
    BREAK,
    CLOSES,
    HIDDEN,
    LISTED,
    NOT_FIRST,
    NOT_LAST,
    OPENS,
    ORDINAL,
    SEPARATOR,
)
from annotator.prepare.encode import KNOWN_LENGTH, KNOWN_WORDS
from annotator.prepare.markup import Kind, Mark, find_marks

# Of a longer word, the first characters decide.
_DECISIVE = 20
_SEPARATORS = regex.compile(r"[|;¦‖│┃║；｜]+|[•‣▪●◦■►]")
_QUOTES = regex.compile(r"[\"'`´‘’‚‛“”„‟«»‹›＂＇]+|''+|[「『」』]")
_OPENING = regex.compile(r"\p{Ps}+")
_CLOSING = regex.compile(r"\p{Pe}+")
# Names end in these: Yahoo!, J. R., Jr., C++, Canal+.
_ENDS_NAMES = regex.compile(r"[.!?…‽]+|[′″]")
# Symbols, such as those of currencies, are taken for a part of what stands beside them.
_PUNCTUATION = regex.compile(r"[[\p{P}<>=~^|·]--[#@%‰§٪′″]]+", regex.VERSION1)
_ORDINAL = regex.compile(r"\d{1,3}[.)]")
_LINE_HEAD = regex.compile(r"(?:^|[\n\r\u2028])[^\S\n]*+(?:[-–*•·]\s*+)?$")
# Clubs that have a number before their name: 1. FC Heidenheim.
_NUMBERED = regex.compile(r"\s+(?:FC|FFC|FSV|LFC|CFR|CfR|SC|SV|TSV|TC|BC|FBC|HFK|HC|SK|VV|VfL|VfB)\b")


# The first that matches a whole word says its role.
_ROLES = (
    (_SEPARATORS, SEPARATOR),
    (_QUOTES, NOT_FIRST | NOT_LAST | OPENS | CLOSES),
    (_OPENING, NOT_FIRST | NOT_LAST | OPENS),
    (_CLOSING, NOT_FIRST | NOT_LAST | CLOSES),
    (_ENDS_NAMES, NOT_FIRST),
    (_PUNCTUATION, NOT_FIRST | NOT_LAST),
    (_ORDINAL, ORDINAL),
)


class _KnownRoles(dict[str, int]):
    """The roles of words by themselves. Looking one up is much quicker than finding it."""

    def __missing__(self, word: str) -> int:
        role = 0
        if word and not word[0].isalpha():
            decisive = word[:_DECISIVE]
            role = next((role for expression, role in _ROLES if expression.fullmatch(decisive)), 0)
        if len(word) <= KNOWN_LENGTH:
            if len(self) > KNOWN_WORDS:
                self.clear()
            self[word] = role
        return role


_known = _KnownRoles()


def see(text: str, sentences: Sequence[Sentence], markup: str) -> tuple[list[list[str]], list[int]]:
    """What the model sees of the words of each sentence, '' for nothing, and the roles of the words of all sentences.

    Tags and code are not seen if `markup` is skip. A reference is seen as the character that it stands for.
    """
    roles: list[int] = []
    words = list(_seen_words(text, sentences, markup, roles))
    if ORDINAL in roles or ORDINAL | BREAK in roles:
        _mark_lists(text, sentences, words, roles)
    return words, roles


def _seen_words(text: str, sentences: Sequence[Sentence], markup: str, roles: list[int]) -> Iterator[list[str]]:
    """What the model sees of the words of each sentence, before lists are found. Their roles are added to `roles`."""
    marks = find_marks(text)
    tabs = "\t" in text
    number = 0  # of the first mark that does not end before the word
    end = 0
    for sentence in sentences:
        offsets = sentence.offsets.tolist()
        words = [text[start:stop] for start, stop in zip(offsets[::2], offsets[1::2], strict=True)]
        found = list(map(_known.__getitem__, words))
        if marks:
            for i in range(len(words)):
                while number < len(marks) and marks[number].end <= offsets[2 * i]:
                    number += 1
                if number < len(marks) and marks[number].start < offsets[2 * i + 1]:
                    words[i], found[i] = _seen(text, offsets[2 * i], offsets[2 * i + 1], marks, number, markup)
        if tabs:
            for i in range(len(words)):
                if "\t" in text[end : offsets[2 * i]]:
                    found[i] |= BREAK
                end = offsets[2 * i + 1]
        roles += found
        yield words


def _seen(text: str, start: int, end: int, marks: Sequence[Mark], number: int, markup: str) -> tuple[str, int]:
    """What the model sees of the word `text[start:end]`, in which the marks from `number` on stand, and its role."""
    parts: list[str] = []
    at = start
    role = 0
    while number < len(marks) and marks[number].start < end:
        mark = marks[number]
        parts.append(text[at : mark.start])
        whole = mark.start <= start and end <= mark.end
        if mark.kind is Kind.CODE:
            if markup == "keep":
                parts.append(text[max(mark.start, start) : min(mark.end, end)])
            else:
                role |= SEPARATOR * whole
        elif not mark.is_tag and mark.kind is not Kind.WIKI:
            parts.append(mark.stands_for if mark.start >= start else "")
        elif markup == "keep" or not mark.is_tag:
            parts.append(text[max(mark.start, start) : min(mark.end, end)])
            role |= (NOT_FIRST | NOT_LAST) * whole
        if mark.is_block and whole:
            role |= SEPARATOR
        at = mark.end
        number += 1
    seen = "".join([*parts, text[at:end]]).strip()
    return seen, (role | _known[seen]) if seen else role | HIDDEN


def _mark_lists(text: str, sentences: Sequence[Sentence], words: list[list[str]], roles: list[int]) -> None:
    """Find the numbers at the beginning of lines among the words of a document with these roles, and change the roles.

    The model does not see a number of a list, in which one line after another has the next number; any other
    becomes LISTED.
    """
    borders = np.cumsum([0, *map(len, sentences)])
    heads: list[tuple[int, int, int, int]] = []  # the number, its word, its sentence and its word within that
    for word in [number for number, role in enumerate(roles) if role & ORDINAL]:
        row = int(np.searchsorted(borders, word, side="right")) - 1
        column = word - int(borders[row])
        start, end = sentences[row].offsets[2 * column : 2 * column + 2]
        begin = max(text.rfind("\n", 0, start), 0)
        if _LINE_HEAD.search(text, max(begin, start - _DECISIVE), start) and not _NUMBERED.match(text, end):
            heads.append((int(text[start : end - 1]), word, row, column))
    numbers = [head[0] for head in heads]
    for i, (value, word, row, column) in enumerate(heads):
        if value + 1 in numbers[i + 1 : i + 2] or value - 1 in numbers[max(i - 1, 0) : i]:
            words[row][column] = ""
            roles[word] = HIDDEN | SEPARATOR
        else:
            roles[word] |= LISTED
