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
from . import Fields, Line, lines

DOCSTART = "-DOCSTART-"


@dataclass(frozen=True, slots=True)
class _Row:
    token: str
    tag: str
    origin: Origin


def read(stream: BinaryIO, source: str, _fields: Fields) -> Iterator[Document]:
    """The documents of the stream, with their sentences and the entities of their tags.

    Raises RecordError, with the line, for a line without a tag or with one that is none.
    """
    document: list[list[_Row]] = []
    sentence: list[_Row] = []
    marked = False
    for line in lines(stream, source):
        if line.text.strip() and not line.text.startswith(DOCSTART):
            sentence.append(_row(line))
            continue
        if sentence:
            document.append(sentence)
            sentence = []
        starts = line.text.startswith(DOCSTART)
        if document and (starts or not marked):
            yield _document(document)
            document = []
        marked = marked or starts
    if sentence:
        document.append(sentence)
    if document:
        yield _document(document)


def _row(line: Line) -> _Row:
    columns = line.text.split("\t") if "\t" in line.text else line.text.split()
    if len(columns) < 2 or not columns[0]:
        raise RecordError(line.origin, f"expected a token and a tag, found {line.text[:40]!r}")
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
