"""Parquet: one row per document.

Read: our own files, or others with the text in any column of strings. Columns are the fields of a record, see
`annotator.formats.fields`; in our own files, `meta` is JSON. Pages are decompressed as their rows are read, so the
largest pages determine the memory.

Written: the columns id, text, ents (a list of start, end, label, text and score), sents (for each sentence the offsets
of its words: start, end, start, end, ...; null before segmentation) and meta (JSON, since its fields may have any
type), in row groups of about GROUP_CHARACTERS of text.

Format: https://parquet.apache.org/docs/file-format/
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO

from annotator import json_values
from annotator.document import Document, Origin
from annotator.errors import RecordError, first_line
from annotator.formats.base import DEFAULTS, KEPT_BYTES, LARGER, ReadOptions, Record, WriteOptions, larger
from annotator.formats.fields import choose_text_field, to_document
from annotator.formats.parquet_pages import FEW_VALUES, plan

if TYPE_CHECKING:
    from pyarrow import Array, DataType, ListType, RecordBatch, Schema
    from pyarrow.parquet import ParquetFile

MARK = b"annotator"  # in the metadata of the schema: the column `meta` is JSON
BUFFER_BYTES = 1 << 16
# Each value of a row takes 100 bytes in memory. So it may have one for each 20 bytes that it may have at all.
VALUE_COST = 20
# What a batch of rows may have at most to be converted to Python's values at once.
BATCH_BYTES = 16_000_000
BATCH_VALUES = 500_000
# A row group ends with the document that reaches one of these.
GROUP_CHARACTERS = 8_000_000
GROUP_ROWS = 20_000
# The columns that are written with a dictionary: all but id, text and meta, whose values hardly ever occur twice.
_REPEATED = [
    *(f"ents.list.element.{name}" for name in ("start", "end", "label", "text", "score")),
    "sents.list.element.list.element",
]
_REASON_CHARACTERS = 200


def read(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[Record]:
    """The documents of the stream; their origin is the number of the row, counted from 1.

    A row without text or with invalid annotations is a RecordError, and so is a row or a row group that is too large.
    Raises RecordError for a stream that is not Parquet, is damaged or has no text column. A stream that cannot be
    rewound is copied to a temporary file first.
    """
    number = options.portion.first - 1
    with _seekable(stream) as file:
        try:
            parquet = _opened(file)
            schema = parquet.schema_arrow
            of_text = [field.name for field in schema if _holds_text(field.type)]
            text_field = choose_text_field(schema.names, of_text, Origin(source, 1), options)
            options = replace(options, text_field=text_field)
            ours = MARK in (schema.metadata or {})
            for group in range(*(options.portion.groups or (parquet.num_row_groups,))):
                for row in _rows(file, parquet, group, options.max_record):
                    number += 1
                    yield _record(row, ours, Origin(source, number), options)
                    if isinstance(row, _Unread):
                        number += row.rows - 1
        except (RecordError, GeneratorExit):
            raise
        except Exception as error:  # damaged bytes fail anywhere in Arrow and its conversions
            reason = f"not Parquet, or a damaged file ({first_line(error)[:_REASON_CHARACTERS]})"
            raise RecordError(Origin(source, number + 1), reason, remedy="create the file again") from None


def row_groups(stream: BinaryIO) -> list[tuple[int, int]]:
    """The number of rows and the bytes, compressed, of each row group. Raises any exception for what is not Parquet."""
    metadata = _opened(stream).metadata
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    sizes = [sum(one.column(n).total_compressed_size for n in range(one.num_columns)) for one in groups]
    return [(one.num_rows, size) for one, size in zip(groups, sizes, strict=True)]


@contextmanager
def _seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    if stream.seekable():
        yield stream
    else:
        with TemporaryFile() as copy:
            copyfileobj(stream, copy)
            yield copy


def _opened(file: BinaryIO, metadata: Any = None, dictionaries: Sequence[str] = ()) -> ParquetFile:
    """The file, of which pages are read one at a time: Arrow would keep what it has read, to the end."""
    from pyarrow.parquet import ParquetFile

    return ParquetFile(
        file, metadata=metadata, read_dictionary=list(dictionaries), pre_buffer=False, buffer_size=BUFFER_BYTES
    )


@dataclass(frozen=True, slots=True)
class _Unread:
    """In place of so many rows that are too large: the reason."""

    reason: str
    rows: int = 1


def _rows(file: BinaryIO, parquet: ParquetFile, group: int, max_record: int) -> Iterator[dict[str, Any] | _Unread]:
    """The rows of a row group."""
    how = plan(file, parquet, group, max_record)
    if how.too_large:
        yield _Unread(how.too_large, max(1, parquet.metadata.row_group(group).num_rows))
        return
    if how.dictionaries:
        parquet = _opened(file, parquet.metadata, how.dictionaries)
    for batch in parquet.iter_batches(batch_size=how.rows, row_groups=[group], use_threads=False):
        size = [_size(column) for column in batch.columns]
        if sum(one for one, _ in size) <= BATCH_BYTES and sum(values for _, values in size) <= BATCH_VALUES:
            yield from batch.to_pylist()
        else:
            yield from _one_by_one(batch, max_record)


def _one_by_one(batch: RecordBatch, max_record: int) -> Iterator[dict[str, Any] | _Unread]:
    """The rows of a batch that takes much memory, each of which is looked at before it is made."""
    most_values = max(max_record // VALUE_COST, FEW_VALUES)
    for number in range(batch.num_rows):
        row = batch.slice(number, 1)
        size = [_size(column) for column in row.columns]
        if sum(one for one, _ in size) > max_record:
            yield _Unread(larger("a row", max_record))
        elif sum(values for _, values in size) > most_values:
            yield _Unread(f"a row of more than {most_values:,} values")
        else:
            yield from row.to_pylist()


def _size(array: Array) -> tuple[int, int]:
    """How many bytes and values an array has if the values of its dictionaries are put in."""
    from pyarrow import compute, types

    if types.is_dictionary(array.type):
        texts = array.dictionary
        if not len(texts):
            return 0, len(array)
        if not (_holds_text(texts.type) or types.is_binary(texts.type) or types.is_large_binary(texts.type)):
            return len(array) * texts.nbytes // len(texts), len(array)
        lengths = compute.take(compute.binary_length(texts), array.indices)
        return compute.sum(lengths).as_py() or 0, len(array)
    if types.is_nested(array.type):
        parts = array.flatten()
        sizes = [_size(part) for part in (parts if isinstance(parts, list) else [parts])]
        return sum(size for size, _ in sizes), len(array) + sum(values for _, values in sizes)
    return array.nbytes, len(array)


def _holds_text(type: DataType) -> bool:
    from pyarrow import types

    if types.is_dictionary(type):
        type = type.value_type
    return any(is_text(type) for is_text in (types.is_string, types.is_large_string, types.is_string_view))


def _record(row: dict[str, Any] | _Unread, ours: bool, origin: Origin, options: ReadOptions) -> Record:
    if isinstance(row, _Unread):
        return RecordError(origin, row.reason, remedy=LARGER)
    try:
        fields: dict[str, Any] = json_values.json_value(row)
    except ValueError as error:
        return RecordError(origin, f"a row {first_line(error)}", remedy="flatten it")
    try:
        return _document(dict(fields), ours, origin, options)
    except RecordError as error:
        error.raw = json_values.dumps(fields)[:KEPT_BYTES]
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
    with ParquetWriter(buffer, schema, compression="zstd", use_dictionary=_REPEATED) as writer:
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


def entities_type() -> ListType:
    """The type of a column of entities: lists of structs, as in `Document.to_dict`, with offsets in code points."""
    import pyarrow as pa

    entity = [("start", pa.int64()), ("end", pa.int64()), ("label", pa.string()), ("text", pa.string())]
    return pa.list_(pa.struct([*entity, ("score", pa.float64())]))


def _schema() -> Schema:
    import pyarrow as pa

    columns = [
        ("id", pa.string()),
        ("text", pa.string()),
        ("ents", entities_type()),
        ("sents", pa.list_(pa.list_(pa.int64()))),
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
