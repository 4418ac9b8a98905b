"""CoNLL: `token<TAB>tag` a line in IOB2, a blank line after each sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..types import Document
from . import DEFAULTS, WriteOptions, sentence_tags

DOCSTART = "-DOCSTART-\tO\n\n"


def write(documents: Iterable[Document], options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """The documents as CoNLL, each after a `-DOCSTART-` mark if asked for."""
    for document in documents:
        lines = [DOCSTART] if options.docstart else []
        for sentence, tags in sentence_tags(document):
            for (start, end), tag in zip(sentence.spans(), tags, strict=True):
                lines.append(f"{document.text[start:end]}\t{tag}\n")
            lines.append("\n")
        yield "".join(lines).encode("utf-8")
