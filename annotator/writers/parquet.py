"""Parquet: a row a document, in row groups of at most `GROUP_BYTES` of text.

Columns: id, text, ents (a list of start, end, label, text, score), sents (for each sentence the offsets of its
words: start, end, start, end, ...; null before segmentation) and meta (JSON, since its fields may be any).
Format: https://parquet.apache.org/docs/file-format/
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..readers.parquet import MARK
from ..types import Document
from . import DEFAULTS, WriteOptions

if TYPE_CHECKING:
    from pyarrow import Schema

GROUP_BYTES = 8_000_000
GROUP_ROWS = 20_000


def write(documents: Iterable[Document], _options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """The documents as one Parquet file, given out group by group."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    schema = _schema()
    buffer = _Buffer()
    with ParquetWriter(buffer, schema, compression="zstd") as writer:
        for rows in _groups(documents):
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))
            yield buffer.take()
    yield buffer.take()


class _Buffer(io.RawIOBase):
    """A stream to write to, whose bytes are taken out from time to time."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._length = 0

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        self._parts.append(bytes(part))
        self._length += len(self._parts[-1])
        return len(self._parts[-1])

    def tell(self) -> int:
        return self._length

    def take(self) -> bytes:
        """The bytes written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _schema() -> Schema:
    import pyarrow as pa

    offset = pa.int64()
    ent = pa.struct(
        [("start", offset), ("end", offset), ("label", pa.string()), ("text", pa.string()), ("score", pa.float64())]
    )
    columns = [
        ("id", pa.string()), ("text", pa.string()), ("ents", pa.list_(ent)),
        ("sents", pa.list_(pa.list_(offset))), ("meta", pa.string()),
    ]  # fmt: skip
    return pa.schema(columns, metadata={MARK: b"meta is JSON"})


def _groups(documents: Iterable[Document]) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    size = 0
    for document in documents:
        rows.append(_row(document))
        size += len(document.text)
        if size >= GROUP_BYTES or len(rows) >= GROUP_ROWS:
            yield rows
            rows, size = [], 0
    if rows:
        yield rows


def _row(document: Document) -> dict[str, Any]:
    sentences = document.sentences
    return {
        **document.to_dict(),
        "id": document.id.encode("utf-8", "backslashreplace").decode("utf-8"),  # has no room for half a surrogate pair
        "sents": None if sentences is None else [sentence.offsets.tolist() for sentence in sentences],
        "meta": json.dumps(dict(document.meta), default=str),
    }
