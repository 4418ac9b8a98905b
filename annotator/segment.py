"""Documents -> sentences of words with exact offsets, with spaCy's tokenizer and sentencizer.

The tokenizer of `spacy.blank(lang)` gets further places to split at: after elided articles
(`l'Italie`, `dell'Unione`), before the possessive `'s`, and around each grapheme of the scripts that
are written without spaces, as PAN-X does. The default language `xx` also keeps whole what the training
data keeps whole and what would end a sentence too early: hyphenated words (`Baden-Württemberg`),
abbreviations (`Dr.`, `z.B.`) and ordinals (`3. Oktober`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import regex

from .errors import UsageError
from .types import Document, Sentence

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

# A character of a script written without spaces between words, or of the punctuation that goes with it.
_UNSPACED = (
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
    r"\u3001-\u3003\u3008-\u301F\uFF01-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65]"
)
_SPLIT_UNSPACED = regex.compile(rf"(?={_UNSPACED})\X|(?:(?!{_UNSPACED})\X)+")
# What French, Italian and Catalan shorten before a vowel and write to the word with an apostrophe.
_ELIDED = regex.compile(
    r"(?i)(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|un|quest|quell|bell|sant|gl|[dn]ell|all|dall|sull|coll)"
    r"['’](?=\p{L})"
)
_POSSESSIVE = regex.compile(r"(?<=\p{L})['’][sS]$")
# spaCy takes time quadratic in the length of a run such as "((((...": longer runs are cut by this.
_LONG_RUN = regex.compile(r"\S{1000,}")
_LONG_RUN_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+|\S")
_BLANK_LINE = regex.compile(r"\r?\n[^\S\n]*\n")
# Languages whose abbreviations the language `xx` knows.
_ABBREVIATING = ("de", "en", "es", "it", "nl", "pt")
# What spaCy's French list adds to these. To load that language takes three seconds.
_FRENCH_ABBREVIATIONS = ("MM.", "Mlle.", "Mme.", "Ste.")
_HYPHEN_RULE = ":-|–|—|--"  # stands in the one infix rule of spaCy that splits at hyphens


def split_unspaced(word: str) -> list[str]:
    """The word cut around each grapheme of a script written without spaces; they join to the word."""
    return _SPLIT_UNSPACED.findall(word) or [word]


def _boundaries(text: str) -> Iterator[Any]:
    """Places within a whitespace-free text to split it at, as (empty) matches for spaCy's tokenizer."""
    start = 0
    if elided := _ELIDED.match(text):
        start = elided.end()
        yield _Place(start)
    possessive = _POSSESSIVE.search(text, start)
    end = possessive.start() if possessive else len(text)
    for part in split_unspaced(text[start:end])[:-1]:
        start += len(part)
        yield _Place(start)
    if possessive:
        yield _Place(end)


class _Place:
    """An empty match, as `re` would give for a position."""

    __slots__ = ("at",)

    def __init__(self, at: int) -> None:
        self.at = at

    def start(self) -> int:
        """Where the match starts."""
        return self.at

    def end(self) -> int:
        """Where it ends: at its start."""
        return self.at


class Segmenter:
    """Splits documents into sentences of words.

    `lang` is a spaCy language code. Raises UsageError for one that spaCy does not have.
    """

    def __init__(self, lang: str = "xx") -> None:
        self._lang = lang
        self._nlp = _blank(lang)
        self._sentencizer = self._nlp.add_pipe("sentencizer")
        self._zone = Lock()  # memory zones may not overlap

    def __reduce__(self) -> tuple[type[Segmenter], tuple[str]]:
        """Pickled as its language."""
        return type(self), (self._lang,)

    def __call__(self, documents: Iterable[Document]) -> list[Document]:
        """The documents with their sentences; one that has them already stays as it is.

        spaCy's store of words grows with each new one: it is brought back to what it was before.
        """
        with self._zone, self._nlp.memory_zone():
            return [
                document
                if document.sentences is not None
                else replace(document, sentences=tuple(self.sentences(document.text)))
                for document in documents
            ]

    def sentences(self, text: str) -> Iterator[Sentence]:
        """The sentences of a text. White space is in no word; all other characters are in just one."""
        doc = self._sentencizer(self._tokens(text))
        starts, lengths, spaces, firsts = doc.to_array(["IDX", "LENGTH", "IS_SPACE", "SENT_START"]).T.astype(np.int64)
        breaks = [m.end() for m in _BLANK_LINE.finditer(text)] if "\n" in text else []
        first = (firsts == 1) | np.isin(np.arange(len(doc)), np.searchsorted(starts, breaks))
        offsets: list[int] = []
        for start, length, space, new in zip(
            starts.tolist(), lengths.tolist(), spaces.tolist(), first.tolist(), strict=True
        ):
            if new and offsets:
                yield Sentence.of(offsets)
                offsets = []
            if not space:
                offsets += (start, start + length)
        if offsets:
            yield Sentence.of(offsets)

    def _tokens(self, text: str) -> Doc:
        from spacy.tokens import Doc

        tokenizer = self._nlp.tokenizer
        if not _LONG_RUN.search(text):
            return tokenizer(text)
        words: list[str] = []
        spaces: list[bool] = []

        def add(part: Doc) -> None:
            words.extend(token.text for token in part)
            spaces.extend(bool(token.whitespace_) for token in part)

        end = 0
        for run in _LONG_RUN.finditer(text):
            add(tokenizer(text[end : run.start()]))
            words += [part for word in _LONG_RUN_WORD.findall(run[0]) for part in split_unspaced(word)]
            spaces += [False] * (len(words) - len(spaces))
            end = run.end()
        add(tokenizer(text[end:]))
        return Doc(self._nlp.vocab, words=words, spaces=spaces)


def _blank(lang: str) -> Language:
    import spacy

    try:
        nlp = spacy.blank(lang)
    except (ImportError, AttributeError) as error:
        if "E048" in str(error) or isinstance(error, AttributeError):
            message = f"spaCy has no language {lang!r}: use a code such as de, fr, it, en, or xx for any"
        else:  # some languages need packages of their own
            message = f"spaCy cannot make its language {lang!r}: {str(error).splitlines()[0]}; or use xx"
        raise UsageError(message) from None
    tokenizer: Any = nlp.tokenizer
    rules = [str(rule) for rule in nlp.Defaults.infixes or ()]
    if lang == "xx":
        rules = [rule for rule in rules if _HYPHEN_RULE not in rule]
        # As special cases they would do the same, and take a second to add.
        tokenizer.token_match = frozenset(_whole_tokens()).__contains__
    own_infixes = spacy.util.compile_infix_regex(rules)

    def infixes(text: str) -> Iterator[Any]:
        places = [*own_infixes.finditer(text), *_boundaries(text)]
        end = 0
        for place in sorted(places, key=lambda p: (p.start(), -p.end())):
            if place.start() >= end:  # spaCy's own matches are not cut by ours
                end = place.end()
                yield place

    tokenizer.infix_finditer = infixes
    return nlp


def _whole_tokens() -> Iterator[str]:
    """Abbreviations of several languages, from spaCy's own lists, and ordinals up to 31."""
    import spacy

    for lang in _ABBREVIATING:
        for text, parts in spacy.util.get_lang_class(lang).Defaults.tokenizer_exceptions.items():
            # A lower-case word before a full stop ends a sentence more often than it is shortened.
            if len(parts) == 1 and regex.fullmatch(r"\p{Lu}\p{L}+\.|(?:\p{L}+\.){2,}", text):
                yield text
    yield from _FRENCH_ABBREVIATIONS
    yield from (f"{day}." for day in range(1, 32))
