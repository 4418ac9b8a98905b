"""JSON Lines: one object a document, as `Document.to_dict` makes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from ..types import Document
from . import DEFAULTS, WriteOptions


def write(documents: Iterable[Document], _options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """The documents as JSON lines."""
    for document in documents:
        # A surrogate in the other fields has no UTF-8: it is written as JSON's own escape.
        yield json.dumps(document.to_dict(), ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
