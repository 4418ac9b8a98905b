"""Where sources are cut: at the ends of lines and between row groups, with the numbers of lines counted exactly."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.formats.base import ReadOptions
from annotator.input.records import open_input
from annotator.units.cuts import Cut, cuts_of, line_cuts
from support.cli_runs import TEXT

BLOCKS = st.lists(st.text("ab\n", max_size=9).map(str.encode), max_size=12)


@given(BLOCKS, st.integers(1, 12))
def test_portions_are_whole_lines_and_know_their_numbers(blocks: list[bytes], unit_size: int) -> None:
    whole = b"".join(blocks)
    cuts = list(line_cuts(blocks, unit_size))
    assert b"".join(whole[cut.start : cut.end] for cut in cuts) == whole
    for cut in cuts:
        assert cut.first == whole.count(b"\n", 0, cut.start) + 1
        assert cut.size == cut.end - cut.start > 0
    for cut in cuts[:-1]:
        portion = whole[cut.start : cut.end]
        assert portion.endswith(b"\n") and len(portion) >= unit_size
        assert len(portion[: portion.rstrip(b"\n").rfind(b"\n") + 1]) < unit_size  # its last line made it full
    assert cuts == list(line_cuts([whole], unit_size))  # however the stream comes


def cuts(path: Path, unit_size: int = 2_000, format: str | None = None, **options: str) -> tuple[Cut, ...]:
    read = open_input([str(path)], format, ReadOptions(**options))  # type: ignore[arg-type]
    return cuts_of(read, read.sources[0], unit_size)


def test_only_lines_and_row_groups_are_divided(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(TEXT)
    assert len(cuts(tmp_path / "a.txt")) > 2
    assert cuts(tmp_path / "a.txt", unit_size=len(TEXT)) == ()
    assert cuts(tmp_path / "a.txt", split="paragraph") == cuts(tmp_path / "a.txt", split="file") == ()
    assert cuts(tmp_path / "a.txt", format="conll") == ()
    (tmp_path / "b.txt").write_bytes(gzip.compress(TEXT, 0))  # compressed, whatever its name
    assert cuts(tmp_path / "b.txt") == ()
    (tmp_path / "c.txt").write_bytes(TEXT.decode().encode("utf-16"))
    assert cuts(tmp_path / "c.txt") == ()
    (tmp_path / "d.txt").write_bytes(b"x" * 9_000)  # one line
    assert cuts(tmp_path / "d.txt") == ()


def test_row_groups_are_gathered_until_a_unit_is_full(tmp_path: Path) -> None:
    table = pa.table({"text": [f"{n} {'x' * n}" for n in range(100)]})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=10, compression=None, use_dictionary=False)
    found = cuts(tmp_path / "a.parquet", 1_200)
    assert [(found[0].start, found[0].first), found[-1].end] == [(0, 1), 10] and 2 < len(found) < 10
    for before, after in itertools.pairwise(found):
        assert after.start == before.end and after.first == before.first + 10 * (before.end - before.start)
    (tmp_path / "b.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:-9])
    assert cuts(tmp_path / "b.parquet", 1_200) == ()  # its own run says what is wrong


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_a_source_that_cannot_be_read_is_not_divided(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(TEXT)
    read = open_input([str(tmp_path / name)])
    (tmp_path / name).unlink()
    assert cuts_of(read, read.sources[0], 100) == ()
