"""CoNLL-2003: word, part of speech, chunk and tag, separated by spaces; `-DOCSTART- -X- O O` before each document.

Parts of speech and chunks are not known: `_` stands for them. Spaces, tabs and line ends within a word or label,
which no line can hold, are written as `_`. Tags are IOB2.
Format: Tjong Kim Sang and De Meulder, CoNLL-2003 shared task, https://aclanthology.org/W03-0419/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..readers.conll import DOCSTART, NO_MARK
from ..types import Document
from . import DEFAULTS, WriteOptions, sentence_tags

_SPACE = re.compile(r"[ \t\n]")
_SPACE_OF_LABEL = re.compile(r"[ \t\n\r]|\s+$")


def write(documents: Iterable[Document], _options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """The documents as CoNLL-2003."""
    for document in documents:
        lines = [f"{DOCSTART} -X- O O\n\n"]
        for sentence, tags in sentence_tags(document):
            for (start, end), tag in zip(sentence.spans(), tags, strict=True):
                word = _SPACE.sub("_", document.text[start:end])
                lines.append(f"{word} {NO_MARK} {NO_MARK} {_SPACE_OF_LABEL.sub('_', tag)}\n")
            lines.append("\n")
        yield "".join(lines).encode("utf-8", "backslashreplace")
