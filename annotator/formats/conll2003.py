"""CoNLL-2003: four columns separated by spaces, with `-DOCSTART- -X- O O` before each document.

Read: as any other CoNLL file, by its first and last column.

Written: word, part of speech, chunk and IOB2 tag. Parts of speech and chunks are unknown, so both are `_`. A space, tab
or line end within a word or label, which a column cannot hold, becomes `_`.

Format: Tjong Kim Sang and De Meulder, CoNLL-2003 shared task, https://aclanthology.org/W03-0419/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from annotator.document import Document
from annotator.formats.base import DEFAULTS, WriteOptions
from annotator.formats.conll import DOCSTART, NO_MARK, read
from annotator.labels import sentence_tags

__all__ = ["read", "write"]
_UNWRITABLE_IN_WORD = re.compile(r"[ \t\n]")
# The end is stripped from a tag when it is read.
_UNWRITABLE_IN_TAG = re.compile(r"[ \t\n\r]|\s+$")


def write(documents: Iterable[Document], _options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """The documents as CoNLL-2003, each after its mark."""
    for document in documents:
        parts = [f"{DOCSTART} -X- O O\n\n"]
        for sentence, tags in sentence_tags(document):
            for (start, end), tag in zip(sentence.word_offsets(), tags, strict=True):
                word = _UNWRITABLE_IN_WORD.sub("_", document.text[start:end])
                parts.append(f"{word} {NO_MARK} {NO_MARK} {_UNWRITABLE_IN_TAG.sub('_', tag)}\n")
            parts.append("\n")
        yield "".join(parts).encode("utf-8", "backslashreplace")
