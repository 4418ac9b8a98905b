"""CoNLL: `token<TAB>tag` a line in IOB2, a blank line after each sentence.

A tab or line end within a word, which no line can hold, is written as a space.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..readers.conll import DOCSTART, NO_MARK
from ..types import Document
from . import DEFAULTS, WriteOptions, sentence_tags

_CONTROL = re.compile(r"[\t\n]")
# A tag is read without the white space around it.
_CONTROL_OF_LABEL = re.compile(r"[\t\n\r]|\s+$")


def write(documents: Iterable[Document], options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """The documents as CoNLL, each after a `-DOCSTART-` mark if asked for."""
    for document in documents:
        lines = [f"{DOCSTART}\tO\n\n"] if options.docstart else []
        for sentence, tags in sentence_tags(document):
            for (start, end), tag in zip(sentence.spans(), tags, strict=True):
                word = _CONTROL.sub(" ", document.text[start:end])
                # A third column tells a word from a mark.
                kept = f"{word}\t{NO_MARK}" if word == DOCSTART and not tag.startswith("B-") else word
                lines.append(f"{kept}\t{_CONTROL_OF_LABEL.sub('_', tag)}\n")
            lines.append("\n")
        yield "".join(lines).encode("utf-8", "backslashreplace")
