"""The values that pass between the stages: documents, sentences, words and entities.

All offsets are half-open ranges `[start, end)` of Unicode code points in `Document.text`. Every value is checked when
it is made and never changes. Only `Sentence.unchecked` trusts its caller.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import le, lt
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from annotator.display import notebook_html
from annotator.json_values import TOO_DEEP, is_too_deep

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

OUTSIDE = "O"  # the tag of a word in no entity
OFFSETS: Final = "I"  # the array type of offsets: unsigned, 4 bytes


class Origin(NamedTuple):  # one for each line of a corpus; a frozen dataclass would take longer to make
    """Where a record stands in the input: the name of its source and its line, counted from 1."""

    source: str
    line: int

    def __str__(self) -> str:
        return f"{self.source}:{self.line}"


@dataclass(frozen=True, slots=True)
class Word:
    """One token of a sentence, `text[start:end]`.

    Raises ValueError unless `0 <= start < end`; TypeError for offsets that are not integers.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        _check_range(self.start, self.end)


@dataclass(frozen=True, slots=True, init=False)
class Sentence:
    """One or more words in text order, without overlap.

    `packed` holds their offsets, [start, end, start, end, ...], at four bytes each; Word objects would take a hundred
    bytes per word. Raises ValueError for no words, or for words that overlap or are not in order; OverflowError for
    an offset of 2**32 or more.
    """

    packed: bytes

    def __init__(self, words: Iterable[Word]) -> None:
        self._keep([offset for word in words for offset in (word.start, word.end)])

    @classmethod
    def of(cls, offsets: Iterable[int]) -> Sentence:
        """The sentence whose words have the offsets [start, end, start, end, ...].

        Raises what `Sentence` raises, and also ValueError for an empty word or a start without an end; TypeError for
        offsets that are not integers.
        """
        kept = list(offsets)
        if not set(map(type, kept)) <= {int}:  # not isinstance, which takes True for an integer
            wrong = next(offset for offset in kept if type(offset) is not int)
            raise TypeError(f"offsets must be integers, not {wrong!r}")
        sentence = cls.__new__(cls)
        sentence._keep(kept)
        return sentence

    @classmethod
    def unchecked(cls, packed: bytes) -> Sentence:
        """The sentence with these `packed` offsets (unsigned, 4 bytes each, native byte order), known to be valid."""
        sentence = cls.__new__(cls)
        object.__setattr__(sentence, "packed", packed)
        return sentence

    def _keep(self, offsets: list[int]) -> None:
        if not offsets:
            raise ValueError("a sentence needs at least one word")
        starts, ends = offsets[::2], offsets[1::2]
        if len(starts) != len(ends):
            raise ValueError("a sentence has a start without an end")
        if not (starts[0] >= 0 and all(map(lt, starts, ends)) and all(map(le, ends, starts[1:]))):
            raise ValueError(
                f"words must be in order, must not overlap and must not be empty: {_first_wrong(starts, ends)}"
            )
        object.__setattr__(self, "packed", array(OFFSETS, offsets).tobytes())

    @property
    def offsets(self) -> memoryview[int]:
        """The starts and ends of the words, [start, end, start, end, ...], read-only."""
        return memoryview(self.packed).cast(OFFSETS)

    @property
    def start(self) -> int:
        """Where the first word begins."""
        return self.offsets[0]

    @property
    def end(self) -> int:
        """Where the last word ends."""
        return self.offsets[-1]

    @property
    def words(self) -> tuple[Word, ...]:
        """The words as objects, which are created at each access."""
        return tuple(Word(start, end) for start, end in self.word_offsets())

    def word_offsets(self) -> Iterator[tuple[int, int]]:
        """The start and end of each word."""
        offsets = self.offsets.tolist()
        return zip(offsets[::2], offsets[1::2], strict=True)

    def __len__(self) -> int:
        """The number of words."""
        return len(self.packed) // (2 * array(OFFSETS).itemsize)


@dataclass(frozen=True, slots=True)
class Entity:
    """A labelled range of characters, `text[start:end]`.

    `score` is the mean probability that a model gave to the entity's tags, between 0 and 1; None if no model did.
    Raises ValueError unless `0 <= start < end`, for an empty label or half of a surrogate pair in it and for a score
    outside [0, 1]; TypeError for offsets that are not integers, a label that is not a string and a score that is not a
    number.
    """

    start: int
    end: int
    label: str
    score: float | None = None

    def __post_init__(self) -> None:
        _check_range(self.start, self.end)
        _check_text(self.label, "an entity's label")
        if not self.label:
            raise ValueError(f"the entity at [{self.start}, {self.end}) has an empty label")
        if self.score is not None:
            if isinstance(self.score, bool) or not isinstance(self.score, int | float):
                raise TypeError(f"an entity's score must be a number, not {self.score!r}")
            if not 0 <= self.score <= 1:  # which NaN is not either
                raise ValueError(f"an entity's score must be between 0 and 1, not {self.score}")


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its sentences and entities.

    `sentences` is None before segmentation. Sentences and entities are each in text order, without overlap and within
    the text; only the first sentence may begin inside an entity. `meta` holds the other fields of the input record,
    which are passed through; it does not affect the document's hash. Raises ValueError for sentences or entities that
    break these rules, for half of a surrogate pair in the text and for a meta that is nested too deep (see
    `json_values`); TypeError for a text that is not a string.
    """

    id: str
    text: str
    origin: Origin
    meta: Mapping[str, Any] = field(default_factory=dict, hash=False)
    sentences: tuple[Sentence, ...] | None = None
    entities: tuple[Entity, ...] = ()

    def __post_init__(self) -> None:
        _check_text(self.text, "a document's text")
        if self.meta and is_too_deep(self.meta):
            raise ValueError(f"the meta of document {self.id} is {TOO_DEEP}")
        end = 0
        for entity in self.entities:
            if entity.start < end:
                raise ValueError(f"{_shown(entity)} begins before the previous entity ends at {end}")
            end = entity.end
        if end > len(self.text):
            raise ValueError(f"{_shown(self.entities[-1])} ends after the text of {len(self.text)} characters")
        if self.sentences:
            self._check_sentences(self.sentences)

    def _check_sentences(self, sentences: tuple[Sentence, ...]) -> None:
        entities = iter(self.entities)
        entity = next(entities, None)
        end = 0
        for sentence in sentences:
            start = sentence.start
            if start < end:
                raise ValueError(f"a sentence begins at {start}, before the previous one ends at {end}")
            end = sentence.end
            while entity is not None and entity.end <= start:
                entity = next(entities, None)
            if entity is not None and entity.start < start and sentence is not sentences[0]:
                raise ValueError(f"a sentence begins at {start}, inside {_shown(entity)}")
        if end > len(self.text):
            raise ValueError(f"a word ends at {end}, after the text of {len(self.text)} characters")

    def to_dict(self) -> dict[str, Any]:
        """The document as a record of JSON Lines, without its words and sentences. Offsets are code points.

        {"id": ..., "text": ..., "ents": [{"start", "end", "label", "text", "score"}], "meta": {...}}
        """
        ents = [
            {
                "start": entity.start,
                "end": entity.end,
                "label": entity.label,
                "text": self.text[entity.start : entity.end],
                "score": entity.score,
            }
            for entity in self.entities
        ]
        return {"id": self.id, "text": self.text, "ents": ents, "meta": dict(self.meta)}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any], origin: Origin | None = None) -> Document:
        """The document of a record that `to_dict` returned, or that another tool wrote to JSON Lines.

        Only `text` is required; `origin` stands in for a missing id. Raises RecordError for a record without text,
        for an entity without offsets and a label, with offsets that do not fit the text or with a score that is not a
        probability, for `ents` that is not a list and for `meta` that is not an object or nested too deep; TypeError
        for what is not a dict.
        """
        from annotator.formats.fields import from_record

        return from_record(record, origin or Origin("record", 1))

    def to_spacy(self, vocab: Vocab) -> Doc:
        """A spaCy Doc with the document's exact text, words, sentences and entities.

        White space beyond the single space after a word becomes a token of its own. `doc.user_data` holds `id`,
        `meta` and `scores`, one for each of `doc.ents` and in that order. A document without sentences is segmented
        first. An entity that covers part of a word is extended to the whole word.
        """
        from annotator.formats.spacy_docs import to_doc

        return to_doc(self, vocab)

    @classmethod
    def from_spacy(cls, doc: Doc, origin: Origin | None = None) -> Document:
        """The document of a spaCy Doc: its sentences, its tokens other than white space as words, and `doc.ents`.

        A Doc without sentence starts gets those of spaCy's sentencizer. `id`, `meta` and `scores` come from
        `doc.user_data`; scores are used only if there is one for each of `doc.ents`.
        """
        from annotator.formats.spacy_docs import from_doc

        return from_doc(doc, origin or Origin("doc", 1))

    def _repr_html_(self) -> str:
        """The text with its entities marked, for display in a notebook."""
        return notebook_html(self.text, self.entities)


def keep_whole(sentences: Iterable[Sentence], entities: Iterable[Entity]) -> tuple[Sentence, ...]:
    """The sentences, joined where one begins inside an entity: no sentence ends within one (`St. Gallen`)."""
    left = iter(entities)
    entity = next(left, None)
    kept: list[Sentence] = []
    for sentence in sentences:
        while entity is not None and entity.end <= sentence.start:
            entity = next(left, None)
        if kept and entity is not None and entity.start < sentence.start:
            kept[-1] = Sentence.unchecked(kept[-1].packed + sentence.packed)
        else:
            kept.append(sentence)
    return tuple(kept)


def _check_range(start: int, end: int) -> None:
    if type(start) is not int or type(end) is not int:  # not isinstance, which takes True for an integer
        raise TypeError(f"offsets must be integers, not {start!r} and {end!r}")
    if not 0 <= start < end:
        raise ValueError(f"offsets must be 0 <= start < end, not [{start}, {end})")


def _check_text(text: str, what: str) -> None:
    if not isinstance(text, str):
        raise TypeError(f"{what} must be a string, not {text!r}")
    try:
        if not text.isascii():  # which takes no time, while encoding takes some
            text.encode()
    except UnicodeEncodeError as error:
        half = f"\\u{ord(text[error.start]):x}"
        raise ValueError(f"{what} has half of a surrogate pair ({half}) at character {error.start}") from None


def _first_wrong(starts: list[int], ends: list[int]) -> str:
    """The first word that is empty or begins before the previous one ends, for an error message."""
    previous_end = 0
    for start, end in zip(starts, ends, strict=True):
        if not previous_end <= start < end:
            return f"[{start}, {end}) after {previous_end}"
        previous_end = end
    raise AssertionError("no word is wrong")


def _shown(entity: Entity) -> str:
    return f"entity {entity.label} [{entity.start}, {entity.end})"
