"""Writers: Documents -> bytes, one file a format.

`write(documents, options)` yields the bytes of the documents. It takes every valid document: what the format
cannot hold is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..types import OUTSIDE, Document, Sentence


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """What a user can say of an output.

    `docstart`: mark in CoNLL where documents begin. `style`: whose records JSON Lines are, by name (None: our own).
    """

    docstart: bool = False
    style: str | None = None


DEFAULTS = WriteOptions()


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
        for start, end in sentence.spans():
            while entity is not None and entity.end <= start:
                entity = next(entities, None)
            if entity is None or entity.start >= end:
                tags.append(OUTSIDE)
                begun = None
            else:
                tags.append(f"{'I' if begun is entity else 'B'}-{entity.label}")
                begun = entity
        yield sentence, tags
