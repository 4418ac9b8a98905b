"""CoNLL: a token a line, its tag in the last column, a blank line after each sentence.

Columns are separated by tabs, or by spaces where a line has no tab; the first is the token. Tags are IOB1,
IOB2, BIOES or BILOU. `-DOCSTART-` lines begin documents; without them each sentence is one. Tokens and
sentences are kept as they are; the text joins them by a space and a line end.
Format: Tjong Kim Sang and De Meulder, CoNLL-2003 shared task, https://aclanthology.org/W03-0419/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from annotator.document import OUTSIDE, Document, sentence_tags
from annotator.errors import RecordError
from annotator.formats.base import DEFAULTS, Line, ReadOptions, Record, WriteOptions, lines
from annotator.formats.tagged import Tagged, Token, record, to_document

DOCSTART = "-DOCSTART-"
_MARK = DOCSTART.encode()
# In the second column: the token is a word, even if it is DOCSTART.
NO_MARK = "_"


def read(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[Record]:
    """The documents of the stream, with their sentences and the entities of their tags.

    A document with a line that has no tag, or one that is none, is a RecordError with that line. Between two
    marks without a word between them is an empty document.
    """
    mark: Line | None = None
    document: list[list[Line]] = []
    sentence: list[Line] = []
    for line in lines(stream, source):
        starts = is_mark(line)
        if line.raw.strip() and not starts:
            sentence.append(line)
            continue
        if sentence:
            document.append(sentence)
            sentence = []
        if (document or mark) and (starts or not mark):
            yield _record(mark, document, options)
            document = []
        mark = line if starts else mark
    if sentence:
        document.append(sentence)
    if document or mark:
        yield _record(mark, document, options)


def is_mark(line: Line) -> bool:
    """Whether the line marks the beginning of a document."""
    if not line.raw.startswith(_MARK):
        return False
    token, *others = columns(line.raw.decode("utf-8", "replace"))
    return token == DOCSTART and others[:1] != [NO_MARK] and not (others and others[-1].startswith(("B-", "I-")))


def columns(text: str) -> list[str]:
    """The columns of a line: what tabs part, or else spaces, and nothing else that Unicode calls white space."""
    return text.split("\t") if "\t" in text else [column for column in text.split(" ") if column]


def _record(mark: Line | None, sentences: Sequence[Sequence[Line]], options: ReadOptions) -> Record:
    def parse() -> Document:
        tagged: list[Tagged] = []
        for sentence in sentences:
            end = "" if sentence is sentences[-1] else "\n"
            tagged.append([*map(_token, sentence[:-1]), _token(sentence[-1], end)])
        origin = sentences[0][0].origin if sentences else mark.origin if mark else None
        assert origin is not None
        return to_document(tagged, origin, options)

    return record(sentences, parse)


def _token(line: Line, after: str = " ") -> Token:
    text = line.text
    found = columns(text)
    if len(found) < 2 or not found[0]:
        raise RecordError(line.origin, f"expected a token and a tag, found {text[:40]!r}; mend the line")
    return Token(found[0], found[-1].strip(), line.origin, after)


# A tag is read without the white space around it.
_CONTROL_OF_LABEL = re.compile(r"[\t\n\r]|\s+$")
_NO_NAME = f"\t{OUTSIDE}\n"


def write(documents: Iterable[Document], options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """The documents as CoNLL, each after a `-DOCSTART-` mark if asked for."""
    for document in documents:
        text = document.text.replace("\t", " ").replace("\n", " ")
        lines = [f"{DOCSTART}\tO\n\n"] if options.docstart else []
        for sentence, tags in sentence_tags(document):
            words = [text[start:end] for start, end in sentence.word_offsets()]
            if DOCSTART in words:
                words = [_no_mark(word, tag) for word, tag in zip(words, tags, strict=True)]
            if tags.count(OUTSIDE) == len(tags):  # as most are: written at once
                lines += (_NO_NAME.join(words), _NO_NAME, "\n")
            else:
                shown = [tag if tag == OUTSIDE else _CONTROL_OF_LABEL.sub("_", tag) for tag in tags]
                lines += ("\n".join(map("\t".join, zip(words, shown, strict=True))), "\n\n")
        yield "".join(lines).encode("utf-8", "backslashreplace")


def _no_mark(word: str, tag: str) -> str:
    """A word that would be read as a mark gets a third column."""
    return f"{word}\t{NO_MARK}" if word == DOCSTART and not tag.startswith("B-") else word
