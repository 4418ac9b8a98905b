"""What flows through the stages: documents, sentences, words and entities.

All offsets are half-open `[start, end)` ranges of Unicode code points in `Document.text`.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import RecordError

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

OUTSIDE = "O"  # the tag of a word in no entity
OFFSETS = "I"  # the array type of offsets: unsigned, 4 bytes


class Origin(NamedTuple):  # made for each line of a corpus, faster than a frozen dataclass
    """Where a document stands in its input: the source's name and the line, counted from 1."""

    source: str
    line: int

    def __str__(self) -> str:
        return f"{self.source}:{self.line}"


@dataclass(frozen=True, slots=True)
class Word:
    """One token: `text[start:end]`, never empty."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, init=False, eq=True)
class Sentence:
    """Words in the order of the text, one or more, none overlapping another.

    They are kept as their `offsets`, [start, end, start, end, ...]: four bytes each, where objects would take
    a hundred a word.
    """

    offsets: array[int]

    def __init__(self, words: Iterable[Word]) -> None:
        self._keep(array(OFFSETS, [offset for word in words for offset in (word.start, word.end)]))

    @classmethod
    def of(cls, offsets: Iterable[int]) -> Sentence:
        """The sentence of words that begin and end at [start, end, start, end, ...].

        Raises ValueError for words that are empty, overlap or do not ascend, and where there is none.
        """
        sentence = cls.__new__(cls)
        sentence._keep(array(OFFSETS, offsets))
        return sentence

    def _keep(self, offsets: array[int]) -> None:
        object.__setattr__(self, "offsets", offsets)
        end = 0
        for start, after in self.spans():
            if not end <= start < after:
                raise ValueError(
                    f"words must ascend, without overlap and not be empty: {Word(start, after)} after {end}"
                )
            end = after
        if not end:
            raise ValueError("a sentence needs a word")

    @property
    def words(self) -> tuple[Word, ...]:
        """The words, made anew each time."""
        return tuple(Word(start, end) for start, end in self.spans())

    def spans(self) -> Iterator[tuple[int, int]]:
        """The start and the end of each word."""
        return zip(self.offsets[::2], self.offsets[1::2], strict=True)

    def __len__(self) -> int:
        """How many words there are."""
        return len(self.offsets) // 2

    def __hash__(self) -> int:
        return hash(self.offsets.tobytes())

    def __reduce__(self) -> tuple[Callable[[array[int]], Sentence], tuple[array[int]]]:
        return _sentence, (self.offsets,)


def _sentence(offsets: array[int]) -> Sentence:
    """The sentence of offsets that were checked before: what a pickle of one makes."""
    sentence = Sentence.__new__(Sentence)
    object.__setattr__(sentence, "offsets", offsets)
    return sentence


@dataclass(frozen=True, slots=True)
class Entity:
    """A name: `text[start:end]` with its label and, if a model gave it, its score.

    The score is the mean probability that the model gave to the entity's tags, between 0 and 1.
    """

    start: int
    end: int
    label: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A text with what is known of it.

    `sentences` is None before segmentation. `entities` ascend by offset, do not overlap, and each
    lies within one sentence. `meta` holds the other fields of the input record, passed through.
    """

    id: str
    text: str
    origin: Origin
    meta: Mapping[str, Any] = field(default_factory=dict)
    sentences: tuple[Sentence, ...] | None = None
    entities: tuple[Entity, ...] = ()

    def __post_init__(self) -> None:
        end = 0
        for entity in self.entities:
            if not end <= entity.start < entity.end <= len(self.text):
                raise ValueError(f"entities must ascend within the text, without overlap: {entity} after {end}")
            end = entity.end
        if self.sentences and self.sentences[-1].offsets[-1] > len(self.text):
            raise ValueError(f"a word ends after the text of {len(self.text)} characters")

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
        """The document of a record as `to_dict` makes it.

        Only `text` must be there; `origin` stands in for an id that is not. Raises RecordError for a record
        without text, and for entities without offsets and label, or that are not where they say.
        """
        origin = origin or Origin("record", 1)
        text = record.get("text")
        if not isinstance(text, str):
            raise RecordError(origin, f"no field 'text' that holds text (there are: {', '.join(map(str, record))})")
        entities = tuple(_entity(ent, text, origin) for ent in record.get("ents", ()))
        identity = record.get("id")
        try:
            return cls(
                id=str(origin) if identity is None else str(identity),
                text=text,
                origin=origin,
                meta=dict(record.get("meta", {})),
                entities=entities,
            )
        except ValueError as error:
            raise RecordError(origin, str(error)) from None

    def to_spacy(self, vocab: Vocab) -> Doc:
        """A spaCy Doc with the document's exact text, words, sentences and entities.

        White space that is more than the one space after a word is a token of its own. `doc.user_data` holds
        `id`, `meta` and `scores`, one an entity in the order of `doc.ents`. A document without sentences
        gets those of `annotator.segment`. An entity that covers a part of a word only gets the whole of it.
        """
        from .spacy_docs import to_doc

        return to_doc(self, vocab)

    @classmethod
    def from_spacy(cls, doc: Doc, origin: Origin | None = None) -> Document:
        """The document of a spaCy Doc: all tokens but white space as words, its sentences and `doc.ents`.

        Where the Doc has no sentence starts, they are those of spaCy's sentencizer. `id`, `meta` and
        `scores` come from `doc.user_data`; scores count only if there is one for each of `doc.ents`.
        """
        from .spacy_docs import from_doc

        return from_doc(doc, origin or Origin("doc", 1))

    def _repr_html_(self) -> str:
        """The text with its entities marked, as displaCy shows it: what a notebook displays."""
        from html import escape

        from spacy import displacy

        ents = [{"start": e.start, "end": e.end, "label": escape(e.label)} for e in self.entities]
        markup: str = displacy.render({"text": self.text, "ents": ents}, style="ent", manual=True, jupyter=False)
        return markup


def _entity(ent: Mapping[str, Any], text: str, origin: Origin) -> Entity:
    start, end, label = ent.get("start"), ent.get("end"), ent.get("label")
    if not (isinstance(start, int) and isinstance(end, int) and isinstance(label, str)):
        raise RecordError(origin, f"an entity needs start and end, whole numbers, and a label: {ent}")
    found = text[start:end]
    if ent.get("text", found) != found:
        raise RecordError(origin, f"entity {ent['text']!r} is not at [{start}, {end}): there is {found!r}")
    return Entity(start, end, label, ent.get("score"))
