"""The values that flow through the stages: documents, sentences, words and entities.

All offsets are half-open ranges `[start, end)` of Unicode code points in `Document.text`. Each value is valid from
construction on and never changes. `unchecked` constructors are for callers that have made sure of that themselves.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import le, lt
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from annotator.errors import RecordError

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

OUTSIDE = "O"  # the tag of a word in no entity
OFFSETS: Final = "I"  # the array type of offsets: unsigned, 4 bytes


class Origin(NamedTuple):  # made for each line of a corpus, faster than a frozen dataclass
    """Where a document stands in its input: the source's name and the line, counted from 1."""

    source: str
    line: int

    def __str__(self) -> str:
        return f"{self.source}:{self.line}"


@dataclass(frozen=True, slots=True)
class Word:
    """One token: `text[start:end]`, never empty. Raises ValueError for offsets that are not `0 <= start < end`."""

    start: int
    end: int

    def __post_init__(self) -> None:
        _check_range(self.start, self.end)


@dataclass(frozen=True, slots=True, init=False)
class Sentence:
    """One or more words in the order of the text, none overlapping another.

    The words are kept as `packed` offsets, [start, end, start, end, ...] in four bytes each: objects would take a
    hundred bytes a word.
    """

    packed: bytes

    def __init__(self, words: Iterable[Word]) -> None:
        self._keep([offset for word in words for offset in (word.start, word.end)])

    @classmethod
    def of(cls, offsets: Iterable[int]) -> Sentence:
        """The sentence of words that begin and end at [start, end, start, end, ...].

        Raises ValueError for words that are empty, overlap or do not ascend, and if there are none; TypeError for
        offsets that are not whole numbers.
        """
        sentence = cls.__new__(cls)
        sentence._keep(list(offsets))
        return sentence

    @classmethod
    def unchecked(cls, packed: bytes) -> Sentence:
        """The sentence of `packed` offsets (unsigned, 4 bytes each, in the machine's order) known to be valid."""
        sentence = cls.__new__(cls)
        object.__setattr__(sentence, "packed", packed)
        return sentence

    def _keep(self, offsets: list[int]) -> None:
        starts, ends = offsets[::2], offsets[1::2]
        if not starts:
            raise ValueError("a sentence needs a word")
        if len(starts) != len(ends):
            raise ValueError("a sentence has a start without an end")
        if not (starts[0] >= 0 and all(map(lt, starts, ends)) and all(map(le, ends, starts[1:]))):
            raise ValueError(f"words must ascend, must not overlap and must not be empty: {_first_wrong(starts, ends)}")
        object.__setattr__(self, "packed", array(OFFSETS, offsets).tobytes())

    @property
    def offsets(self) -> memoryview[int]:
        """The start and end of each word, [start, end, start, end, ...], read-only."""
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
        """The words, made anew each time."""
        return tuple(Word(start, end) for start, end in self.word_offsets())

    def word_offsets(self) -> Iterator[tuple[int, int]]:
        """The start and the end of each word."""
        offsets = self.offsets.tolist()
        return zip(offsets[::2], offsets[1::2], strict=True)

    def __len__(self) -> int:
        """How many words there are."""
        return len(self.packed) // (2 * array(OFFSETS).itemsize)


@dataclass(frozen=True, slots=True)
class Entity:
    """A name: `text[start:end]` with its label and, if a model gave it, its score.

    The score is the mean probability that the model gave to the entity's tags, between 0 and 1. Raises ValueError
    for offsets that are not `0 <= start < end`, an empty label and a score outside [0, 1]; TypeError for offsets that
    are not whole numbers, a label that is not a string and a score that is not a number.
    """

    start: int
    end: int
    label: str
    score: float | None = None

    def __post_init__(self) -> None:
        _check_range(self.start, self.end)
        if not isinstance(self.label, str):
            raise TypeError(f"a label must be a string, not {self.label!r}")
        if not self.label:
            raise ValueError(f"the entity at [{self.start}, {self.end}) has an empty label")
        if self.score is not None:
            if isinstance(self.score, bool) or not isinstance(self.score, int | float):
                raise TypeError(f"a score must be a number, not {self.score!r}")
            if not 0 <= self.score <= 1:
                raise ValueError(f"a score must be between 0 and 1, not {self.score}")


@dataclass(frozen=True, slots=True)
class Document:
    """A text with what is known of it.

    `sentences` is None before segmentation; they ascend without overlap. `entities` ascend by offset without overlap,
    and no sentence begins inside one. `meta` holds the other fields of the input record, passed through; it is no part
    of the document's hash. Raises ValueError for sentences and entities that are not so, or that leave the text.
    """

    id: str
    text: str
    origin: Origin
    meta: Mapping[str, Any] = field(default_factory=dict, hash=False)
    sentences: tuple[Sentence, ...] | None = None
    entities: tuple[Entity, ...] = ()

    def __post_init__(self) -> None:
        end = 0
        for entity in self.entities:
            if not end <= entity.start < entity.end <= len(self.text):
                raise ValueError(f"entities must ascend within the text and must not overlap: {entity} after {end}")
            end = entity.end
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
                raise ValueError(f"a sentence begins at {start}, inside {entity}")
        if end > len(self.text):
            raise ValueError(f"a word ends at {end}, after the text of {len(self.text)} characters")

    def to_dict(self) -> dict[str, Any]:
        """The document as one record of JSON Lines, offsets in code points; words and sentences are not in it.

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
        """The document of a record as `to_dict` makes it, or of another tool that JSON Lines are read of.

        Only `text` is required; `origin` stands in for a missing id. Raises RecordError for a record without text,
        for entities without offsets and label, with offsets that do not fit or a score that is no probability, and
        for `ents` that is no list or `meta` that is no object.
        """
        from annotator.formats.base import ReadOptions
        from annotator.formats.fields import to_document

        origin = origin or Origin("record", 1)
        for name, kind, what in (("ents", list, "a list"), ("meta", Mapping, "an object")):
            if name in record and not isinstance(record[name], kind):
                raise RecordError(origin, f"field {name!r} must be {what}, not {record[name]!r}")
        return to_document(dict(record), origin, ReadOptions())

    def to_spacy(self, vocab: Vocab) -> Doc:
        """A spaCy Doc with the document's exact text, words, sentences and entities.

        White space that is more than the one space after a word is a token of its own. `doc.user_data` holds
        `id`, `meta` and `scores`, one an entity in the order of `doc.ents`. A document without sentences
        gets those of `annotator.segment`. An entity that covers a part of a word only gets the whole of it.
        """
        from annotator.formats.spacy_docs import to_doc

        return to_doc(self, vocab)

    @classmethod
    def from_spacy(cls, doc: Doc, origin: Origin | None = None) -> Document:
        """The document of a spaCy Doc: all tokens but white space as words, its sentences and `doc.ents`.

        Where the Doc has no sentence starts, they are those of spaCy's sentencizer. `id`, `meta` and
        `scores` come from `doc.user_data`; scores count only if there is one for each of `doc.ents`.
        """
        from annotator.formats.spacy_docs import from_doc

        return from_doc(doc, origin or Origin("doc", 1))

    def _repr_html_(self) -> str:
        """The text with its entities marked, as displaCy shows it: what a notebook displays."""
        from html import escape

        from spacy import displacy

        ents = [{"start": e.start, "end": e.end, "label": escape(e.label)} for e in self.entities]
        markup: str = displacy.render({"text": self.text, "ents": ents}, style="ent", manual=True, jupyter=False)
        return markup


def keep_whole(sentences: Iterable[Sentence], entities: Iterable[Entity]) -> tuple[Sentence, ...]:
    """The sentences, joined where one begins inside an entity: what a name holds ends no sentence (`St. Gallen`)."""
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
    if type(start) is not int or type(end) is not int:  # True is an int to isinstance
        raise TypeError(f"offsets must be whole numbers, not {start!r} and {end!r}")
    if not 0 <= start < end:
        raise ValueError(f"offsets must be 0 <= start < end, not [{start}, {end})")


def _first_wrong(starts: list[int], ends: list[int]) -> str:
    """The first word that is empty, or that begins before the one before it ends."""
    before = 0
    for start, end in zip(starts, ends, strict=True):
        if not before <= start < end:
            return f"[{start}, {end}) after {before}"
        before = end
    raise AssertionError("all words are as they should be")


def sentence_tags(document: Document) -> Iterator[tuple[Sentence, list[str]]]:
    """The sentences of a document, each with the IOB2 tags of its words.

    A word is in an entity if they share a character; entities ascend, so one pass over both is enough.
    """
    entities = iter(document.entities)
    entity = next(entities, None)
    for sentence in document.sentences or ():
        if entity is None or entity.start >= sentence.offsets[-1]:
            yield sentence, [OUTSIDE] * len(sentence)
            continue
        tags: list[str] = []
        begun = None  # the entity that the last word was in
        for start, end in sentence.word_offsets():
            while entity is not None and entity.end <= start:
                entity = next(entities, None)
            if entity is None or entity.start >= end:
                tags.append(OUTSIDE)
                begun = None
            else:
                tags.append(f"{'I' if begun is entity else 'B'}-{entity.label}")
                begun = entity
        yield sentence, tags
