"""Runs of punctuation and symbols, and of the endings `'s`, cut into graphemes.

spaCy splits brackets, currencies, emoji and the like off one by one, each time with a look at all that is left of the
text up to the next white space, which takes time quadratic in its length. Cut before, each of them is looked at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import regex

from annotator.prepare.tokens import Token

SHORTEST = 16  # characters; what is shorter is left to spaCy
LONGEST = 24  # characters of different kinds that spaCy gets at once, where none of them is a word of its own
KNOWN_GRAPHEMES = 20_000
# Marks, joiners and tags are parts of emoji.
_RUN = regex.compile(
    rf"[\p{{P}}\p{{S}}\p{{M}}\u200d\U000E0020-\U000E007F]{{{SHORTEST},}}|(?:['’][sS]){{{SHORTEST // 2},}}"
)
_GRAPHEME = regex.compile(r"\X")
Split = Callable[[str], Sequence[Token]]


def has_runs(text: str) -> bool:
    """Whether there are runs in the text."""
    return _RUN.search(text) is not None


class Runs:
    """Splits texts with runs; `split` gives the tokens of all else, as spaCy does.

    A grapheme of which `split` makes a word also beside itself (`((`) is a word of its own. It gets what stands between
    two of these as a whole (`--`, `...`), but no more than LONGEST characters unless they are all the same.
    """

    def __init__(self, split: Split) -> None:
        self._split = split
        self._kinds: dict[str, int | None] = {}  # of graphemes; None for one that is no word of its own

    def tokens(self, text: str) -> list[Token]:
        """The tokens of a text."""
        tokens: list[Token] = []
        rest = 0  # where that begins which is not split yet
        for run in _RUN.finditer(text):
            graphemes = _GRAPHEME.findall(run[0])
            self._learn(graphemes)
            end = run.start()
            mixed = False  # whether different graphemes stand between `rest` and here
            tokens += self._shifted(text[rest:end], rest)
            rest = end
            for grapheme in graphemes:
                start, end = end, end + len(grapheme)
                kind = self._kinds[grapheme]
                mixed = rest < start and (mixed or not text.startswith(grapheme, rest))
                if kind is None and mixed and end - rest > LONGEST:
                    tokens += self._shifted(text[rest:end], rest)
                    rest = end
                elif kind is not None:
                    tokens += self._shifted(text[rest:start], rest)
                    tokens.append((start, end, kind))
                    rest = end
            tokens += self._shifted(text[rest:end], rest)
            rest = end
        return tokens + self._shifted(text[rest:], rest)

    def _shifted(self, text: str, by: int) -> list[Token]:
        return [(start + by, end + by, kind) for start, end, kind in self._split(text)] if text else []

    def _learn(self, graphemes: Iterable[str]) -> None:
        """Remember the kinds of these graphemes; it is fastest to have all new ones split at once."""
        if len(self._kinds) > KNOWN_GRAPHEMES:
            self._kinds = {}
        new = list(set(graphemes).difference(self._kinds))
        if not new:
            return
        found = {(start, end): kind for start, end, kind in self._split("\n".join(one * 2 for one in new))}
        offset = 0
        for grapheme in new:
            middle, end = offset + len(grapheme), offset + 2 * len(grapheme)
            self._kinds[grapheme] = found.get((offset, middle)) if (middle, end) in found else None
            offset = end + 1
