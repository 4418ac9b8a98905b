"""CoNLL: `token<TAB>tag` a line in IOB2, a blank line after each sentence.

A tab or line end within a word, which no line can hold, is written as a space.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..readers.conll import DOCSTART, NO_MARK
from ..types import OUTSIDE, Document
from . import DEFAULTS, WriteOptions, sentence_tags

# A tag is read without the white space around it.
_CONTROL_OF_LABEL = re.compile(r"[\t\n\r]|\s+$")
_NO_NAME = f"\t{OUTSIDE}\n"


def write(documents: Iterable[Document], options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """The documents as CoNLL, each after a `-DOCSTART-` mark if asked for."""
    for document in documents:
        text = document.text.replace("\t", " ").replace("\n", " ")
        lines = [f"{DOCSTART}\tO\n\n"] if options.docstart else []
        for sentence, tags in sentence_tags(document):
            words = [text[start:end] for start, end in sentence.spans()]
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
