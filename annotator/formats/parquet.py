"""Parquet: one row per document.

Read: our own files, or others with the text in any column of strings. Columns are the fields of a record, see
`annotator.formats.fields`; in our own files, `meta` is JSON. Rows are read by row group, so the largest row group
determines the memory.

Written: the columns id, text, ents (a list of start, end, label, text and score), sents (for each sentence the offsets
of its words: start, end, start, end, ...; null before segmentation) and meta (JSON, since its fields may have any
type), in row groups of about GROUP_CHARACTERS of text.

Format: https://parquet.apache.org/docs/file-format/
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO

from annotator import json_values
from annotator.document import Document, Origin
from annotator.errors import RecordError, first_line
from annotator.formats.base import DEFAULTS, ReadOptions, Record, WriteOptions
from annotator.formats.fields import choose_text_field, to_document

if TYPE_CHECKING:
    from pyarrow import DataType, Schema

MARK = b"annotator"  # in the metadata of the schema: the column `meta` is JSON
ROWS_AT_A_TIME = 1_000
# A row group ends with the document that reaches one of these.
GROUP_CHARACTERS = 8_000_000
GROUP_ROWS = 20_000
_REASON_CHARACTERS = 200


def read(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[Record]:
    """The documents of the stream; their origin is the number of the row, counted from 1.

    A row without text or with invalid annotations is a RecordError. Raises RecordError for a stream that is not
    Parquet, is damaged or has no text column. A stream that cannot be rewound is copied to a temporary file first.
    """
    number = 0
    with _seekable(stream) as file:
        try:
            for row, ours, text_field in _rows(file, source, options):
                number += 1
                yield _record(row, ours, Origin(source, number), replace(options, text_field=text_field))
        except (RecordError, GeneratorExit):
            raise
        except Exception as error:  # damaged bytes fail anywhere in Arrow and its conversions
            reason = f"not Parquet, or a damaged file ({first_line(error)[:_REASON_CHARACTERS]})"
            raise RecordError(Origin(source, number + 1), reason, remedy="create the file again") from None


@contextmanager
def _seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    if stream.seekable():
        yield stream
    else:
        with TemporaryFile() as copy:
            copyfileobj(stream, copy)
            yield copy


def _rows(file: BinaryIO, source: str, options: ReadOptions) -> Iterator[tuple[dict[str, Any], bool, str]]:
    """The rows, each with whether the file is ours, and with the name of the column that holds the text."""
    from pyarrow.parquet import ParquetFile

    parquet = ParquetFile(file)
    schema = parquet.schema_arrow
    of_text = [field.name for field in schema if _holds_text(field.type)]
    text_field = choose_text_field(schema.names, of_text, Origin(source, 1), options)
    ours = MARK in (schema.metadata or {})
    for batch in parquet.iter_batches(batch_size=ROWS_AT_A_TIME):
        for row in batch.to_pylist():
            yield row, ours, text_field


def _holds_text(type: DataType) -> bool:
    from pyarrow import types

    if types.is_dictionary(type):
        type = type.value_type
    return any(is_text(type) for is_text in (types.is_string, types.is_large_string, types.is_string_view))


def _record(row: dict[str, Any], ours: bool, origin: Origin, options: ReadOptions) -> Record:
    try:
        fields: dict[str, Any] = json_values.json_value(row)
    except ValueError as error:
        return RecordError(origin, f"a row {first_line(error)}", remedy="flatten it")
    try:
        return _document(dict(fields), ours, origin, options)
    except RecordError as error:
        error.raw = json_values.dumps(fields)
        return error


def _document(fields: dict[str, Any], ours: bool, origin: Origin, options: ReadOptions) -> Document:
    if ours:
        if fields.get("sents") is None:
            fields.pop("sents", None)
        try:
            fields["meta"] = json_values.loads(fields.get("meta") or "{}")
        except (ValueError, TypeError, RecursionError) as error:
            reason = f"its meta is not JSON ({first_line(error)})"
            raise RecordError(origin, reason, remedy="create the file again") from None
    return to_document(fields, origin, options)


def write(documents: Iterable[Document], _options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """The documents as one Parquet file, yielded by row group."""
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
    """A stream for the writer of a file, from which the bytes are taken out from time to time."""

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
        ("id", pa.string()),
        ("text", pa.string()),
        ("ents", pa.list_(ent)),
        ("sents", pa.list_(pa.list_(offset))),
        ("meta", pa.string()),
    ]
    return pa.schema(columns, metadata={MARK: b"meta is JSON"})


def _groups(documents: Iterable[Document]) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    characters = 0
    for document in documents:
        rows.append(_row(document))
        characters += len(document.text)
        if characters >= GROUP_CHARACTERS or len(rows) >= GROUP_ROWS:
            yield rows
            rows, characters = [], 0
    if rows:
        yield rows


def _row(document: Document) -> dict[str, Any]:
    sentences = document.sentences
    return {
        **document.to_dict(),
        "id": document.id.encode("utf-8", "backslashreplace").decode("utf-8"),  # half of a surrogate pair has no UTF-8
        "sents": None if sentences is None else [sentence.offsets.tolist() for sentence in sentences],
        "meta": json_values.dumps(dict(document.meta), ascii_only=True),
    }
