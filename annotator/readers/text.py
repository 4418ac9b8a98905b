"""Plain text: one document a line. A blank line is an empty document, so that line numbers stay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from ..types import Document
from . import Fields, lines


def read(stream: BinaryIO, source: str, _fields: Fields) -> Iterator[Document]:
    """The lines of the stream as documents; a line has no fields to name."""
    for line in lines(stream, source):
        yield Document(id=str(line.origin), text=line.text, origin=line.origin)
