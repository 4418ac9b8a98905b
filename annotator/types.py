"""What flows through the stages: documents, sentences, words and entities.

All offsets are half-open `[start, end)` ranges of Unicode code points in `Document.text`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .errors import RecordError

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab


@dataclass(frozen=True, slots=True)
class Origin:
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


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words in the order of the text, one or more, none overlapping another."""

    words: tuple[Word, ...]

    def __post_init__(self) -> None:
        end = 0
        for word in self.words:
            if not end <= word.start < word.end:
                raise ValueError(f"words must ascend, without overlap and not be empty: {word} after {end}")
            end = word.end
        if not end:
            raise ValueError("a sentence needs a word")


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
        if self.sentences and self.sentences[-1].words[-1].end > len(self.text):
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
