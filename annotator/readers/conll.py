"""CoNLL: a token a line, its tag in the last column, a blank line after each sentence.

Columns are separated by tabs, or by white space where a line has no tab; the first is the token. Tags
are IOB1, IOB2, BIOES or BILOU. `-DOCSTART-` lines begin documents; without them each sentence is one.
Tokens and sentences are kept as they are; the text joins them by a space and a line end.
Format: Tjong Kim Sang and De Meulder, CoNLL-2003 shared task.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from ..errors import RecordError
from ..labels import is_tag, spans
from ..types import Document, Entity, Origin, Sentence, Word
from . import Line, ReadOptions, Record, lines

_DOCSTART = b"-DOCSTART-"


@dataclass(frozen=True, slots=True)
class _Row:
    token: str
    tag: str
    origin: Origin


def read(stream: BinaryIO, source: str, _options: ReadOptions) -> Iterator[Record]:
    """The documents of the stream, with their sentences and the entities of their tags.

    A document with a line that has no tag, or one that is none, is a RecordError with that line.
    """
    document: list[list[Line]] = []
    sentence: list[Line] = []
    marked = False
    for line in lines(stream, source):
        starts = line.raw.startswith(_DOCSTART)
        if line.raw.strip() and not starts:
            sentence.append(line)
            continue
        if sentence:
            document.append(sentence)
            sentence = []
        if document and (starts or not marked):
            yield _record(document)
            document = []
        marked = marked or starts
    if sentence:
        document.append(sentence)
    if document:
        yield _record(document)


def _record(sentences: Sequence[Sequence[Line]]) -> Record:
    try:
        return _document([[_row(line) for line in sentence] for sentence in sentences])
    except RecordError as error:
        error.raw = "\n\n".join("\n".join(line.shown for line in sentence) for sentence in sentences)
        return error


def _row(line: Line) -> _Row:
    text = line.text
    columns = text.split("\t") if "\t" in text else text.split()
    if len(columns) < 2 or not columns[0]:
        raise RecordError(line.origin, f"expected a token and a tag, found {text[:40]!r}")
    tag = columns[-1].strip()
    if not is_tag(tag):
        raise RecordError(line.origin, f"{tag!r} is no tag: O, or B- or I- and a label")
    return _Row(columns[0], tag, line.origin)


def _document(rows: Sequence[Sequence[_Row]]) -> Document:
    text: list[str] = []
    sentences: list[Sentence] = []
    entities: list[Entity] = []
    end = 0  # of the text so far
    for sentence in rows:
        words: list[Word] = []
        for row in sentence:
            gap = ("\n" if not words else " ") if end else ""
            words.append(Word(end + len(gap), end + len(gap) + len(row.token)))
            text += [gap, row.token]
            end = words[-1].end
        named = spans([row.tag for row in sentence])
        entities += [Entity(words[first].start, words[after - 1].end, label) for first, after, label in named]
        sentences.append(Sentence(tuple(words)))
    origin = rows[0][0].origin
    return Document(str(origin), "".join(text), origin, sentences=tuple(sentences), entities=tuple(entities))
