"""CoNLL: one token per line with its tag in the last column, and a blank line after each sentence.

Read: columns are separated by tabs or, in a line without a tab, by spaces; the first column is the token. Tags may be
IOB1, IOB2, BIOES or BILOU. `-DOCSTART-` lines begin documents; without them each sentence is a document. Tokens and
sentences are kept as they are; the text joins tokens by a space and sentences by a line end.

Written: the token, a tab and its IOB2 tag. A tab or line end within a word, which a line cannot hold, becomes a space.
A word that is `-DOCSTART-` itself gets a second column `_`, which tells it from a mark.

Format: Tjong Kim Sang and De Meulder, CoNLL-2003 shared task, https://aclanthology.org/W03-0419/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from annotator.document import OUTSIDE, Document
from annotator.errors import RecordError
from annotator.formats.base import DEFAULTS, Line, ReadOptions, Record, WriteOptions, larger, line_cost, lines
from annotator.formats.tagged import TaggedSentence, Token, document_or_error, join_sentences
from annotator.labels import sentence_tags

DOCSTART = "-DOCSTART-"
NO_MARK = "_"  # in the second column: the token is a word, even if it is DOCSTART
_DOCSTART_BYTES = DOCSTART.encode()
_OUTSIDE_COLUMN = f"\t{OUTSIDE}\n"
# What a line cannot hold, or what would be stripped from the end of the tag when it is read.
_UNWRITABLE_IN_TAG = re.compile(r"[\t\n\r]|\s+$")


def read(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[Record]:
    """The documents of the stream, with their sentences and the entities of their tags.

    A document in which a line has no valid tag is a RecordError with the origin of that line, and one that is too large
    is one with the origin of its first line. Two marks without a token between them are an empty document.
    """
    mark: Line | None = None
    document: list[list[Line]] = []
    sentence: list[Line] = []
    size = 0
    cost = line_cost(options.max_record)
    for line in lines(stream, source, options.max_record):
        starts = is_mark(line)
        if not line.blank and not starts:
            if size <= options.max_record:
                size += len(line.raw) + cost
                sentence.append(line)
                if size > options.max_record:
                    first = document[0][0] if document else sentence[0]
                    what = "a document" if mark else "a sentence"
                    document, sentence = [], [first.cut(larger(what, options.max_record, cost))]
            continue
        if sentence:
            document.append(sentence)
            sentence = []
        if (document or mark) and (starts or not mark):
            yield _record(mark, document, options)
            document, size = [], 0
        mark = line if starts else mark
    if sentence:
        document.append(sentence)
    if document or mark:
        yield _record(mark, document, options)


def is_mark(line: Line) -> bool:
    """Whether the line marks the beginning of a document."""
    if not line.raw.startswith(_DOCSTART_BYTES):
        return False
    token, *others = columns(line.raw.decode("utf-8", "replace"))
    return token == DOCSTART and others[:1] != [NO_MARK] and not (others and others[-1].startswith(("B-", "I-")))


def columns(text: str) -> list[str]:
    """The columns of a line, separated by tabs or else by spaces; no other white space separates columns."""
    return text.split("\t") if "\t" in text else [column for column in text.split(" ") if column]


def _record(mark: Line | None, sentences: Sequence[Sequence[Line]], options: ReadOptions) -> Record:
    def parse() -> Document:
        tagged: list[TaggedSentence] = []
        for sentence in sentences:
            end = "" if sentence is sentences[-1] else "\n"
            tagged.append([*map(_token, sentence[:-1]), _token(sentence[-1], end)])
        origin = sentences[0][0].origin if sentences else mark.origin if mark else None
        assert origin is not None
        return join_sentences(tagged, origin, options)

    return document_or_error(sentences, parse)


def _token(line: Line, after: str = " ") -> Token:
    text = line.text
    found = columns(text)
    if len(found) < 2 or not found[0]:
        raise RecordError(line.origin, f"expected a token and a tag, found {text[:40]!r}", remedy="correct the line")
    return Token(found[0], found[-1].strip(), line.origin, after)


def write(documents: Iterable[Document], options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """The documents as CoNLL, each after a `-DOCSTART-` mark if `options.docstart` asks for it."""
    for document in documents:
        text = document.text.replace("\t", " ").replace("\n", " ")
        parts = [f"{DOCSTART}\tO\n\n"] if options.docstart else []
        for sentence, tags in sentence_tags(document):
            words = [text[start:end] for start, end in sentence.word_offsets()]
            if DOCSTART in words:
                words = [_told_from_mark(word, tag) for word, tag in zip(words, tags, strict=True)]
            if tags.count(OUTSIDE) == len(tags):  # most sentences: written without a look at each word
                parts += (_OUTSIDE_COLUMN.join(words), _OUTSIDE_COLUMN, "\n")
            else:
                written = [tag if tag == OUTSIDE else _UNWRITABLE_IN_TAG.sub("_", tag) for tag in tags]
                parts += ("\n".join(map("\t".join, zip(words, written, strict=True))), "\n\n")
        yield "".join(parts).encode("utf-8", "backslashreplace")


def _told_from_mark(word: str, tag: str) -> str:
    """The word, with a second column if its line would otherwise be read as a mark."""
    return f"{word}\t{NO_MARK}" if word == DOCSTART and not tag.startswith("B-") else word
