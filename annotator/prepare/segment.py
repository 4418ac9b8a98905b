"""Documents -> sentences of words with exact offsets, with spaCy's tokenizer and sentencizer.

The tokenizer of `spacy.blank(lang)` gets further places to split at: after elided articles
(`l'Italie`, `dell'Unione`), before the possessive `'s`, and around each grapheme of the scripts that
are written without spaces, as PAN-X does. The default language `xx` also keeps whole what the training
data keeps whole and what would end a sentence too early: hyphenated words (`Baden-Württemberg`),
abbreviations (`Dr.`, `z.B.`) and ordinals (`3. Oktober`).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any

import regex

from annotator.document import OFFSETS, Document, Sentence, keep_whole
from annotator.errors import UsageError

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Token

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
_RUN = re.compile(r"\S+")
# spaCy takes time quadratic in the length of a run such as "((((...": longer runs are cut by this.
_LONG_RUN = re.compile(r"\S{1000,}")
_LONG_RUN_OR_TEXT = re.compile(r"\S{1000,}|(?:\s+|\S{1,999}(?!\S))+")
_LONG_RUN_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+|\S")
_BLANK_LINE = regex.compile(r"\r?\n[^\S\n]*\n")
# Languages whose abbreviations the language `xx` knows.
_ABBREVIATING = ("de", "en", "es", "it", "nl", "pt")
# What spaCy's French list adds to these. To load that language takes three seconds.
_FRENCH_ABBREVIATIONS = ("MM.", "Mlle.", "Mme.", "Ste.")
# How many runs of text between white space keep their tokens, up to which length: most of a text is words that were
# there before.
KNOWN_RUNS = 20_000
KNOWN_LENGTH = 40
# After so many tokens spaCy's store of words is made anew, for what is taken out of it leaves its place taken.
STORED_TOKENS = 100_000
# What a token may be: one that ends a sentence, other punctuation, anything else.
_END, _MARK, _WORD = range(3)
_Token = tuple[int, int, int]  # where it starts and ends, and what it is
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
        self._stored = 0
        self._ends = _sentence_ends()
        self._runs = _RUN if _sees_runs(self._nlp) else _LONG_RUN_OR_TEXT
        self._known: dict[str, Sequence[_Token]] = {}
        self._zone = Lock()  # memory zones may not overlap

    def __reduce__(self) -> tuple[type[Segmenter], tuple[str]]:
        """Pickled as its language."""
        return type(self), (self._lang,)

    def __call__(self, documents: Iterable[Document]) -> list[Document]:
        """The documents with their sentences; one that has them already stays as it is.

        No sentence of a document with entities ends inside one of these.
        """
        documents = list(documents)
        found = iter(self.split([document.text for document in documents if document.sentences is None]))
        return [
            d if d.sentences is not None else replace(d, sentences=keep_whole(next(found), d.entities))
            for d in documents
        ]

    def split(self, texts: Sequence[str]) -> list[tuple[Sentence, ...]]:
        """The sentences of each text.

        spaCy's store of words grows with each new one: it is brought back to what it was before.
        """
        with self._zone:
            if self._stored > STORED_TOKENS:
                self._nlp = _blank(self._lang)
                self._stored = 0
            with self._nlp.memory_zone():
                if self._runs is _RUN:
                    self._learn(texts)
                return [tuple(self.sentences(text)) for text in texts]

    def sentences(self, text: str) -> Iterator[Sentence]:
        """The sentences of a text. White space is in no word; all other characters are in just one.

        They end where spaCy's sentencizer ends them, and at blank lines.
        """
        offsets: list[int] = []
        ended = False  # the sentence has had its full stop
        end = 0
        for start, stop, kind in self._tokens(text):
            gap = text[end:start]
            if offsets and (
                (ended and (kind == _WORD or gap not in ("", " "))) or ("\n" in gap and _BLANK_LINE.search(gap))
            ):
                yield Sentence.unchecked(array(OFFSETS, offsets).tobytes())
                offsets = []
                ended = False
            ended = ended or kind == _END
            offsets += (start, stop)
            end = stop
        if offsets:
            yield Sentence.unchecked(array(OFFSETS, offsets).tobytes())

    def _tokens(self, text: str) -> Iterator[_Token]:
        known = self._known
        for run in self._runs.finditer(text):
            at = run.start()
            for start, end, kind in known.get(run[0]) or self._run_tokens(run[0]):
                yield at + start, at + end, kind

    def _learn(self, texts: Iterable[str]) -> None:
        """Know the tokens of the runs of these texts: to ask spaCy for all of them at once takes the least time."""
        if len(self._known) > KNOWN_RUNS:
            self._known = {}
        runs = set().union(*(text.split() for text in texts)).difference(self._known)
        new = [run for run in runs if len(run) <= KNOWN_LENGTH]
        shapes = {shape: shape for shape in self._known.values()}  # most are alike: one object stands for all
        at = 0
        left = iter(self._run_tokens(" ".join(new)))
        token = next(left, None)
        for run in new:
            end = at + len(run)
            own = []
            while token is not None and token[1] <= end:
                own.append((token[0] - at, token[1] - at, token[2]))
                token = next(left, None)
            shape = tuple(own)
            self._known[run] = shapes.setdefault(shape, shape)
            at = end + 1

    def _run_tokens(self, run: str) -> Sequence[_Token]:
        from spacy.tokens import Doc

        if _LONG_RUN.fullmatch(run):
            words = [part for word in _LONG_RUN_WORD.findall(run) for part in split_unspaced(word)]
            doc = Doc(self._nlp.vocab, words=words, spaces=[False] * len(words))
        else:
            doc = self._nlp.tokenizer(run)
        self._stored += len(doc)
        return [(t.idx, t.idx + len(t), self._kind(t)) for t in doc if not t.is_space]

    def _kind(self, token: Token) -> int:
        if token.text in self._ends:
            return _END
        return _MARK if token.is_punct else _WORD


def _sees_runs(nlp: Language) -> bool:
    """Whether the tokenizer looks no further than white space, so that a run's tokens are always the same.

    Those of some languages do, and so does spaCy's own with rules such as `EE. UU.`.
    """
    from spacy.tokenizer import Tokenizer

    tokenizer: Any = nlp.tokenizer
    return type(tokenizer) is Tokenizer and not any(len(rule.split()) > 1 for rule in tokenizer.rules)


def _sentence_ends() -> frozenset[str]:
    from spacy.pipeline import Sentencizer

    return frozenset(Sentencizer.default_punct_chars)


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
    # What spaCy finds out about each word that is new to it takes longer than to split it: only what is asked here.
    vocab: Any = nlp.vocab
    vocab.lex_attr_getters = {at: vocab.lex_attr_getters[at] for at in (spacy.attrs.IS_SPACE, spacy.attrs.IS_PUNCT)}
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
