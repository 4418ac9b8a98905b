"""JSON Lines: one object a document, as `Document.to_dict` makes it, or in the style of another tool.

The style `words` is our own record and the words of each sentence: it holds all of a document.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ..types import Document
from . import DEFAULTS, WriteOptions


def write(documents: Iterable[Document], options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """The documents as JSON lines."""
    to_record = STYLES[options.style]
    for document in documents:
        # A surrogate in the other fields has no UTF-8: it is written as JSON's own escape.
        yield json.dumps(to_record(document), ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _with_words(document: Document) -> dict[str, Any]:
    record = document.to_dict()
    if document.sentences is not None:
        record["sents"] = [sentence.offsets.tolist() for sentence in document.sentences]
    return record


STYLES: Mapping[str | None, Callable[[Document], dict[str, Any]]] = {
    None: Document.to_dict,
    "words": _with_words,
}
