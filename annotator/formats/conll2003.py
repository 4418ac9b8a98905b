"""CoNLL-2003: four columns that are separated by spaces, `-DOCSTART- -X- O O` before each document.

Read as all CoNLL is: by the first and the last column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from annotator.document import Document, sentence_tags
from annotator.formats.base import DEFAULTS, WriteOptions
from annotator.formats.conll import DOCSTART, NO_MARK, read

__all__ = ["read"]
_SPACE = re.compile(r"[ \t\n]")
_SPACE_OF_LABEL = re.compile(r"[ \t\n\r]|\s+$")


def write(documents: Iterable[Document], _options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """The documents as CoNLL-2003."""
    for document in documents:
        lines = [f"{DOCSTART} -X- O O\n\n"]
        for sentence, tags in sentence_tags(document):
            for (start, end), tag in zip(sentence.word_offsets(), tags, strict=True):
                word = _SPACE.sub("_", document.text[start:end])
                lines.append(f"{word} {NO_MARK} {NO_MARK} {_SPACE_OF_LABEL.sub('_', tag)}\n")
            lines.append("\n")
        yield "".join(lines).encode("utf-8", "backslashreplace")
