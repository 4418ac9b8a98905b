"""Parquet: a row a document, as our own output has it or with the text in any column of strings.

Its columns are the fields of a record, see `annotator.records`. In our own output `meta` is JSON. Rows are read by
group, so a file takes the memory of its largest row group.
Format: https://parquet.apache.org/docs/file-format/
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO

from annotator.document import Document, Origin
from annotator.errors import RecordError
from annotator.formats.base import DEFAULTS, ReadOptions, Record, WriteOptions
from annotator.formats.fields import names, to_document

if TYPE_CHECKING:
    from pyarrow import Schema

# In the metadata of the schema: that the column `meta` is JSON.
MARK = b"annotator"
ROWS = 1_000  # at a time


def read(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[Record]:
    """The documents of the stream, numbered as if rows were lines, from 1.

    A row without text or with wrong annotations is a RecordError; what is no Parquet is raised as one. A stream
    that cannot be gone back in is copied to a temporary file first.
    """
    number = 0
    with _seekable(stream) as file:
        try:
            for row, ours in _rows(file, source, options):
                number += 1
                yield _record(row, ours, Origin(source, number), options)
        except (RecordError, GeneratorExit):
            raise
        except Exception as error:  # damaged bytes fail in whatever of Arrow and its conversions they meet
            reason = next(iter(str(error).splitlines()), "") or type(error).__name__
            raise RecordError(Origin(source, number + 1), f"no Parquet, or a damaged file ({reason[:200]})") from None


@contextmanager
def _seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    if stream.seekable():
        yield stream
    else:
        with TemporaryFile() as copy:
            copyfileobj(stream, copy)
            yield copy


def _rows(file: BinaryIO, source: str, options: ReadOptions) -> Iterator[tuple[dict[str, Any], bool]]:
    """The rows, each with whether the file is ours."""
    from pyarrow.parquet import ParquetFile

    parquet = ParquetFile(file)
    schema = parquet.schema_arrow
    if options.text_field not in schema.names:
        raise RecordError(
            Origin(source, 1),
            f"no column {options.text_field!r}: name the one with the text by --text-field "
            f"(there are: {names(schema.names)})",
        )
    ours = MARK in (schema.metadata or {})
    for batch in parquet.iter_batches(batch_size=ROWS):
        for row in batch.to_pylist():
            yield row, ours


def _record(row: dict[str, Any], ours: bool, origin: Origin, options: ReadOptions) -> Record:
    try:
        return _document(row, ours, origin, options)
    except RecordError as error:
        error.raw = json.dumps(_plain(row), ensure_ascii=False)
        return error


def _document(row: dict[str, Any], ours: bool, origin: Origin, options: ReadOptions) -> Document:
    fields: dict[str, Any] = _plain(row)
    if ours:
        if fields.get("sents") is None:
            fields.pop("sents", None)
        try:
            fields["meta"] = json.loads(fields.get("meta") or "{}")
        except (ValueError, TypeError, RecursionError) as error:
            raise RecordError(origin, f"its meta is no JSON: {error}; write the file again") from None
    return to_document(fields, origin, options)


def _plain(value: Any) -> Any:
    """The value in what JSON knows: dates, decimals and the like are written out, bytes read as UTF-8."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return value if value is None or isinstance(value, str | int | float) else str(value)


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
