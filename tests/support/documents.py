"""Documents made by Hypothesis, and the parts of them that a format keeps."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from annotator.document import Document, Entity, Origin, Sentence, Word
from annotator.formats import FORMATS, Format
from annotator.formats.base import ReadOptions, WriteOptions, only_documents
from annotator.prepare.segment import Segmenter
from support.paths import GOLDEN

# Words that could be taken for a line end, a column, a comment, a mark or a quote.
ODD = ["-DOCSTART-", "#", "#newdoc", "_", "O", '"', ",", "|", "\\", "\\s", "a=b", "北", "👩‍👩‍👧", "e\u0301",
       "a\u00a0b", "\u2028x", "x\x85", "\x0cx", "x\x1c", "x\x00", "3-4", "1.1"]  # fmt: skip
# Words that CoNLL cannot tell from its own white space, or from a byte-order mark.
SPACED = ["# newdoc", "\ufeffx", "a b", "a\tb", "a\nb", "a\r", "\ra", "a  b ", " a"]
GAPS = ["", " ", " ", "  ", "\n", "\r\n\r\n", "\t \n", "\u2003", " \u00a0"]
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters=" \t\n\r\ufeff")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3),
    max_leaves=6,
)


@st.composite
def documents(draw: st.DrawFn, spaced: bool = False) -> Document:
    """A document with sentences: any words, any white space between them, any entities of whole words.

    `spaced`: words may hold white space of the kinds that end columns and lines.
    """
    tokens = st.sampled_from(ODD + SPACED * spaced) | st.text(LETTERS, min_size=1, max_size=5).filter(str.strip)
    text = draw(st.sampled_from(GAPS)) if spaced else ""
    words: list[Word] = []
    for token in draw(st.lists(tokens, max_size=8)):
        gap = draw(st.sampled_from(GAPS)) if words else ""
        words.append(Word(len(text) + len(gap), len(text) + len(gap) + len(token)))
        text += gap + token
    text += draw(st.sampled_from(GAPS))
    cuts = sorted({0, len(words), *draw(st.lists(st.integers(0, len(words)), max_size=3))})
    sentences = tuple(Sentence(words[a:b]) for a, b in pairwise(cuts))
    entities = []
    for sentence in sentences:
        borders = draw(st.lists(st.integers(0, len(sentence)), max_size=4).map(sorted))
        for first, last in pairwise(borders):
            if first < last and draw(st.booleans()):
                start, end = sentence.words[first].start, sentence.words[last - 1].end
                label = draw(st.sampled_from(["PER", "ORG", "B-PER", "WORK_OF_ART", "O", "Lö|b"]))
                entities.append(Entity(start, end, label, draw(st.none() | st.floats(0, 1))))
    return Document(
        draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=5)),
        text,
        Origin("made", 1),
        draw(st.dictionaries(st.text(max_size=3), json_values, max_size=2)),
        sentences,
        tuple(entities),
    )


def to_bytes(made: Iterable[Document], file_format: Format, **options: Any) -> bytes:
    """The documents as a file of a format."""
    return b"".join(file_format.writer()(made, WriteOptions(**options)))


def from_bytes(raw: bytes, file_format: Format, **options: Any) -> list[Document]:
    """The documents of a file of a format."""
    return list(only_documents(file_format.reader()(io.BytesIO(raw), "in", ReadOptions(**options))))


@cache
def segmenter() -> Segmenter:
    """The segmenter for any language."""
    return Segmenter()


def segmented(text: str, *entities: Entity, id: str = "i", meta: dict[str, Any] | None = None) -> Document:
    """A document in our own words and sentences, with these entities."""
    (document,) = segmenter()([Document(id, text, Origin("test", 1), meta or {})])
    return replace(document, entities=entities)


@st.composite
def segmented_documents(draw: st.DrawFn) -> Document:
    """Any text in our own words and sentences, with any entities of whole words of one sentence."""
    document = segmented(draw(st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(" \n.a北")))))
    entities: list[Entity] = []
    for sentence in document.sentences or ():
        borders = draw(st.lists(st.integers(0, len(sentence)), max_size=4).map(sorted))
        for first, last in pairwise(borders):
            if first < last and draw(st.booleans()):
                start, end = sentence.words[first].start, sentence.words[last - 1].end
                entities.append(Entity(start, end, draw(st.sampled_from(["PER", "ORG"]))))
    return replace(document, entities=tuple(entities))


def golden() -> list[Document]:
    """The documents of golden/documents.jsonl, with sentences."""
    with (GOLDEN / "documents.jsonl").open("rb") as stream:
        return segmenter()(only_documents(FORMATS["jsonl"].reader()(stream, "documents.jsonl", ReadOptions())))


def word_texts(document: Document) -> list[list[str]]:
    """The words of each sentence."""
    return [[document.text[a:b] for a, b in sentence.word_offsets()] for sentence in document.sentences or ()]


def entity_texts(document: Document) -> list[tuple[str, str]]:
    """The text and the label of each entity."""
    return [(document.text[entity.start : entity.end], entity.label) for entity in document.entities]


def kept(made: Iterable[Document], holds: frozenset[str]) -> list[Any]:
    """What a format that holds these parts must give back: a value for each document, or one for each sentence."""
    parts = [_parts(document, holds) for document in made]
    return parts if "documents" in holds else [sentence for part in parts for sentence in part["sentences"]]


def _parts(document: Document, holds: frozenset[str]) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(document, name) for name in ("id", "text", "meta") if name in holds}
    if "sentences" in holds:
        found["sentences"] = [list(_tagged(document, sentence, holds)) for sentence in document.sentences or ()]
    if "words" in holds and "text" in holds:
        found["offsets"] = [pair for sentence in document.sentences or () for pair in sentence.word_offsets()]
    if "text" in holds and "entities" in holds:
        found["entities"] = [(entity.start, entity.end, entity.label) for entity in document.entities]
    if "scores" in holds:
        found["scores"] = [entity.score for entity in document.entities]
    return found


def _tagged(document: Document, sentence: Sentence, holds: frozenset[str]) -> Iterator[tuple[str, list[str]]]:
    """The words of a sentence, each with the entities that it belongs to, begins or ends."""
    for start, end in sentence.word_offsets():
        roles = [
            f"{entity.label} {'begins' * (entity.start == start)} {'ends' * (entity.end == end)}"
            for entity in document.entities
            if "entities" in holds and entity.start < end and start < entity.end
        ]
        yield document.text[start:end], roles
