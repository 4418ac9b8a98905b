"""What a row group takes, by the headers of its pages; compared with the metadata that Arrow writes."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotator.formats import parquet_pages
from annotator.formats.parquet_pages import BATCH_ROWS, Plan, plan


def plan_of(max_record: int, options: dict[str, Any], **columns: Any) -> Plan:
    raw = io.BytesIO()
    pq.write_table(pa.table(columns), raw, **options)
    return plan(raw, pq.ParquetFile(raw), 0, max_record)


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("compression", ["none", "zstd", "snappy"])
@pytest.mark.parametrize("dictionary", [False, True])
def test_the_headers_say_what_the_metadata_says(version: str, compression: str, dictionary: bool) -> None:
    raw = io.BytesIO()
    columns = {
        "text": [f"{number % 700} Rom" for number in range(5_000)],
        "tokens": [["a"] * (number % 5) for number in range(5_000)],
        "number": list(range(5_000)),
    }
    pq.write_table(
        pa.table(columns), raw, data_page_version=version, compression=compression, use_dictionary=dictionary,
        data_page_size=1_000, write_batch_size=100,
    )  # fmt: skip
    metadata = pq.ParquetFile(raw).metadata.row_group(0)
    for number in range(metadata.num_columns):
        column = metadata.column(number)
        chunk = parquet_pages._chunk(raw, column)
        assert chunk.values == column.num_values and bool(chunk.dictionary) == dictionary
        assert 0 < chunk.fewest < 5_000 and chunk.largest < chunk.total
        headers = column.total_uncompressed_size - chunk.total - chunk.dictionary
        assert 0 < headers < 100 * (column.num_values / chunk.fewest + 2)


def test_small_pages_are_read_in_large_batches_and_large_ones_in_small_batches() -> None:
    texts = [f"{number:0100d}" for number in range(2_000)]
    plain = {"use_dictionary": False}
    assert plan_of(64_000_000, plain, text=texts) == Plan()
    small = plan_of(20_000, plain | {"data_page_size": 1_000, "write_batch_size": 10}, text=texts)
    assert not small.too_large and 1 < small.rows < BATCH_ROWS[0]
    assert plan_of(100_000, {}, text=texts[:900]).rows == 1  # each may be as long as the whole dictionary
    assert plan_of(100_000, plain, text=texts).too_large == "a page of more than 200 kB"


def test_lists_have_a_bound_and_long_dictionaries(monkeypatch: pytest.MonkeyPatch) -> None:
    lists = pa.ListArray.from_arrays([0, 1_000], pa.array(["x" * 100, "y"] * 500))
    assert plan_of(10_000, {}, tokens=lists) == Plan(dictionaries=("tokens.list.element",))
    assert plan_of(10_000_000, {}, tokens=lists) == Plan()
    monkeypatch.setattr(parquet_pages, "FEW_VALUES", 999)
    assert plan_of(2_000, {}, tokens=lists).too_large == "a row group with lists of more than 999 values"
    many = {"use_dictionary": False, "data_page_size": 100, "write_batch_size": 10}
    short = pa.ListArray.from_arrays(range(0, 1_001, 10), lists.values)
    assert plan_of(10_000, many, tokens=short).too_large == "a row group with lists of more than 40 kB"


def test_values_of_a_fixed_length_count_by_their_length() -> None:
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 2_000, pa.int32()), pa.array([b"x" * 900], pa.binary(900)))
    assert plan_of(10_000, {"store_schema": False}, text=["Rom"] * 2_000, raw=texts).rows == 10


@pytest.mark.parametrize("raw", [b"", b"\x15", b"\x1b\x00" * 9, b"\x1c" * 3_000, b"\x18\xff\xff\xff\xff\x0fabc"])
def test_headers_that_cannot_be_read_are_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="a page header that cannot be read"):
        parquet_pages._header(io.BytesIO(raw), 0)


def test_fields_of_all_types_are_skipped() -> None:
    fields = [
        b"\x15\x02", b"\x11", b"\x12", b"\x13\x07", b"\x17" + bytes(8), b"\x18\x03abc", b"\x19\x25\x02\x04",
        b"\x1c\x15\x06\x00", b"\x05\x78\x09", b"\x00",
    ]  # fmt: skip
    header, length = parquet_pages._header(io.BytesIO(b"".join(fields) + b"rest"), 0)
    assert length == len(b"".join(fields))
    assert {number: value for number, value in header.items() if value is not None} == {1: 1, 8: {1: 3}, 60: -5}
