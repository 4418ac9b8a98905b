"""Tagged tokens -> documents: what reading the CoNLL formats has in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from annotator.document import Document, Entity, Origin, Sentence
from annotator.errors import RecordError
from annotator.formats.base import KEPT_BYTES, Line, ReadOptions, Record
from annotator.labels import is_tag, spans, strict_spans


@dataclass(frozen=True, slots=True)
class Token:
    """A token with its tag, its origin, and the text between it and the next one.

    Raises RecordError for a tag of no scheme.
    """

    text: str
    tag: str
    origin: Origin
    after: str = " "

    def __post_init__(self) -> None:
        if not is_tag(self.tag):
            raise RecordError(self.origin, f"{self.tag!r} is not a tag", remedy="use O, or B- or I- and a label")


TaggedSentence = Sequence[Token]  # at least one token


def document_or_error(line_blocks: Sequence[Sequence[Line]], parse: Callable[[], Document]) -> Record:
    """The document that `parse` makes of blocks of lines, or the RecordError that it raises, with those lines.

    At most KEPT_BYTES characters of the lines are kept.
    """
    try:
        return parse()
    except RecordError as error:
        raw = "\n\n".join("\n".join(line.escaped for line in block) for block in line_blocks)
        error.raw = raw[:KEPT_BYTES]
        return error


def join_sentences(
    sentences: Iterable[TaggedSentence],
    origin: Origin,
    options: ReadOptions,
    *,
    before: str = "",
    identity: str | None = None,
    meta: dict[str, Any] | None = None,
) -> Document:
    """The document of tagged sentences. Its text is `before`, then each token and the text after it."""
    read_spans = strict_spans if options.strict else spans
    text = [before]
    end = len(before)
    found: list[Sentence] = []
    entities: list[Entity] = []
    for sentence in sentences:
        offsets: list[int] = []
        for token in sentence:
            offsets += (end, end + len(token.text))
            text += (token.text, token.after)
            end = offsets[-1] + len(token.after)
        tags = [token.tag for token in sentence]
        if options.on_tags:
            options.on_tags(tags, [token.origin for token in sentence])
        entities += [Entity(offsets[2 * a], offsets[2 * b - 1], label) for a, b, label in read_spans(tags)]
        found.append(Sentence.of(offsets))
    return Document(
        id=str(origin) if identity is None else identity,
        text="".join(text),
        origin=origin,
        meta=meta or {},
        sentences=tuple(found),
        entities=tuple(entities),
    )
