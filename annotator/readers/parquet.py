"""Parquet: a row a document, as our own output has it or with the text in any column of strings.

Its columns are the fields of a record, see `annotator.records`. In our own output `meta` is JSON. Rows are read by
group, so a file takes the memory of its largest row group.
Format: https://parquet.apache.org/docs/file-format/
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from ..errors import RecordError
from ..records import names, to_document
from ..types import Document, Origin
from . import ReadOptions, Record

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
