"""What reading a row group of Parquet takes, by the headers of its pages, before any of them is decompressed.

The metadata of a file need not be true, and a page of a few bytes may stand for gigabytes: it is compressed, repeats a
value of its dictionary, or repeats a level. So all page headers are read, which are in Thrift's compact protocol.

Formats: https://parquet.apache.org/docs/file-format/ and
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from annotator.formats.base import larger

if TYPE_CHECKING:
    from pyarrow.parquet import ColumnChunkMetaData, ColumnSchema, ParquetFile

# A page may have this many times `max_record`; a batch of rows, and all lists of a row group, may take SHARE times.
PAGE_SHARE = 2
SHARE = 4
# How much of `max_record` one value of a list counts for, and how many there may be in any case.
VALUE_COST = 4
FEW_VALUES = 100_000
BATCH_ROWS = (1_000, 300, 100, 30, 10, 3, 1)
_HEADER_BYTES = (1 << 10, 1 << 20)  # most headers fit in the first; statistics may have long texts
_DICTIONARY_PAGE = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """How to read a row group: in batches of so many `rows`, with the columns `dictionaries` as Arrow's dictionaries.

    `too_large` says why it is not to be read; empty if it is.
    """

    rows: int = BATCH_ROWS[0]
    dictionaries: tuple[str, ...] = ()
    too_large: str = ""


@dataclass(slots=True)
class _Chunk:
    """The pages of a column in a row group: bytes of the dictionary and of the other pages, and numbers of values."""

    dictionary: int = 0
    largest: int = 0
    total: int = 0
    values: int = 0
    fewest: int = 0  # values in a page that is not the last one

    def bytes_of(self, rows: int, width: int) -> int:
        """How many bytes a batch of so many rows takes at most, if the column has one value a row.

        Arrow may have the batch before as well, or need twice as much room while it grows.
        """
        if rows == 1:
            return self.largest + 2 * self.dictionary + width
        pages = rows // max(self.fewest, 1) + 2
        return 2 * (min(self.total, pages * self.largest) + self.dictionary * rows + width * rows)


def plan(file: BinaryIO, parquet: ParquetFile, group: int, max_record: int) -> Plan:
    """The plan for a row group of a file. Raises ValueError for headers of pages that cannot be read."""
    metadata = parquet.metadata.row_group(group)
    dictionaries: list[str] = []
    flat: list[tuple[_Chunk, int]] = []
    most_values = max(max_record // VALUE_COST, FEW_VALUES)
    lists = 0
    for number in range(metadata.num_columns):
        column, schema = metadata.column(number), parquet.schema.column(number)
        chunk = _chunk(file, column)
        if max(chunk.largest, chunk.dictionary) > PAGE_SHARE * max_record:
            return Plan(too_large=larger("a page", PAGE_SHARE * max_record))
        width = schema.length if schema.physical_type == "FIXED_LEN_BYTE_ARRAY" else 0
        if not schema.max_repetition_level:
            flat.append((chunk, width))
            continue
        if chunk.values > most_values:
            return Plan(too_large=f"a row group with lists of more than {most_values:,} values")
        lists += chunk.total + chunk.dictionary + chunk.values * width
        if chunk.dictionary * chunk.values > max_record and _is_text(schema):
            dictionaries.append(column.path_in_schema)
    most = SHARE * max_record
    if lists > most:
        return Plan(too_large=larger("a row group with lists", most))
    for rows in BATCH_ROWS:
        if sum(chunk.bytes_of(rows, width) for chunk, width in flat) <= most:
            return Plan(rows, tuple(dictionaries))
    return Plan(too_large=larger("a row", most))


def _is_text(schema: ColumnSchema) -> bool:
    return bool(schema.physical_type == "BYTE_ARRAY")


def _chunk(file: BinaryIO, column: ColumnChunkMetaData) -> _Chunk:
    """The pages of a column, read as far as Arrow reads them."""
    found = _Chunk()
    start = column.data_page_offset
    if column.has_dictionary_page and column.dictionary_page_offset:
        start = min(start, column.dictionary_page_offset)
    end = start + column.total_compressed_size
    last = 0
    while start < end and found.values < column.num_values:
        header, length = _header(file, start)
        size, values = header.get(2, 0), _values(header)
        start += length + max(header.get(3, 0), 0)
        if header.get(1) == _DICTIONARY_PAGE:
            found.dictionary = max(found.dictionary, size)
            continue
        if last:
            found.fewest = min(found.fewest or last, last)
        last = max(values, 1)
        found.values += max(values, 0)
        found.largest = max(found.largest, size)
        found.total += size
    found.fewest = found.fewest or last
    return found


def _values(header: dict[int, Any]) -> int:
    """The number of values that the header of a data page of either version names."""
    of_page = header.get(5) or header.get(8) or {}
    count: int = of_page.get(1, 0) if isinstance(of_page, dict) else 0
    return count


def _header(file: BinaryIO, start: int) -> tuple[dict[int, Any], int]:
    """The header of the page at an offset, and its length. Raises ValueError."""
    for size in _HEADER_BYTES:
        file.seek(start)
        raw = file.read(size)
        try:
            compact = _Compact(raw)
            return compact.struct(), compact.at
        except IndexError:
            if len(raw) < size:
                break
        except RecursionError:
            break
    raise ValueError("a page header that cannot be read")


class _Compact:
    """Values in Thrift's compact protocol, from the beginning of some bytes. Raises IndexError at their end."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self.at = 0

    def struct(self) -> dict[int, Any]:
        """The fields of a struct: whole numbers and structs; of other types None."""
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._number()
            fields[number] = self._value(head & 15)
        return fields

    def _value(self, kind: int) -> Any:
        if kind in (4, 5, 6):
            return self._number()
        if kind == 12:
            return self.struct()
        if kind in (9, 10):
            for _ in self._items():
                pass
        elif kind == 8:
            self._skip(self._varint())
        elif kind == 7:
            self._skip(8)
        elif kind == 3:
            self._skip(1)
        elif kind not in (1, 2):  # a Boolean is in the kind; maps do not occur
            raise ValueError("a page header that cannot be read")
        return None

    def _items(self) -> Iterator[None]:
        head = self._byte()
        for _ in range(self._varint() if head >> 4 == 15 else head >> 4):
            self._value(3 if head & 15 in (1, 2) else head & 15)
            yield None

    def _number(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
            if shift > 63:
                raise ValueError("a page header that cannot be read")

    def _byte(self) -> int:
        self.at += 1
        return self._raw[self.at - 1]

    def _skip(self, count: int) -> None:
        self.at += count
        if self.at > len(self._raw):
            raise IndexError
