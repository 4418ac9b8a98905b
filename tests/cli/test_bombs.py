"""Small files with large records: each is a bad record with its place, in less than 1 GB of memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from support.bombs import Measured, docbin, docs_of, measured, write_repeated

MOST_MEGABYTES = 1_000
LARGE = 512  # megabytes
LINES = 13  # megabytes of short lines, each of which takes a hundred times its size
PER_LINE = "of more than 64 MB, with 64 bytes more for each line"
REMEDY = "raise --max-record if this is one record"


def rejected(run: Measured, rejects: Path, good: list[str]) -> list[tuple[str, str]]:
    """The origins and reasons of a run that skipped records; its peak memory and output are checked."""
    assert run.megabytes < MOST_MEGABYTES
    assert run.code == 3 and "Traceback" not in run.err, run.err
    assert [json.loads(line)["text"].strip() for line in run.out.splitlines()] == good
    assert rejects.stat().st_size < 2_000_000
    records = [json.loads(line) for line in rejects.read_text(encoding="utf-8").splitlines()]
    return [(record["origin"], record["reason"]) for record in records]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "part", "megabytes", "around", "options", "reason"),
    [
        ("a.txt.zst", b"\0", LARGE, (b"Rom\n", b"\nBern\n"), (), "a line of more than 64 MB"),
        ("a.txt.gz", b"\0", LARGE, (b"Rom\n", b"\nBern\n"), (), "a line of more than 64 MB"),
        ("a.txt.bz2", b"\0", LARGE, (b"Rom\n", b"\nBern\n"), (), "a line of more than 64 MB"),
        ("a.txt.xz", b" ", LARGE, (b"Rom\n", b"\nBern\n"), (), "a line of more than 64 MB"),
        ("p.txt.zst", b"a" * 99 + b"\n", 128, (b"Rom\n\n", b"\n\nBern\n"), ("--split", "paragraph"),
         "a paragraph of more than 64 MB"),
        ("a.jsonl.zst", b"[", LARGE, (b'{"text": "Rom"}\n', b'\n{"text": "Bern"}\n'), (), "a line of more than 64 MB"),
        ("a.conll.zst", b"a O\n", LINES, (b"Rom O\n\n", b"\nBern O\n"), (), f"a sentence {PER_LINE}"),
        ("a.conllu.zst", b"1\ta\t_\t_\t_\t_\t_\t_\t_\t_\n", 5 * LINES,
         (b"1\tRom\t_\t_\t_\t_\t_\t_\t_\t_\n\n", b"\n1\tBern\t_\t_\t_\t_\t_\t_\t_\t_\n"), (),
         f"a sentence {PER_LINE}"),
        ("a.csv.zst", b"ab,", LARGE, (b"text,n\nRom,1\n", b"\nBern,2\n"), (), "a row of more than 8 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value[:8] else "",
)  # fmt: skip
def test_a_large_record_is_refused_and_the_others_are_read(
    name: str,
    part: bytes,
    megabytes: int,
    around: tuple[bytes, bytes],
    options: tuple[str, ...],
    reason: str,
    tmp_path: Path,
) -> None:
    bomb = write_repeated(tmp_path / name, part, megabytes, before=around[0], after=around[1])
    assert bomb.stat().st_size < 1_000_000
    rejects = tmp_path / "rejects.jsonl"
    arguments = ("--to", "jsonl", "--on-error", "skip", "--rejects", rejects, *options)
    run = measured(tmp_path, "convert", bomb, "-", *arguments)
    line = 1 + around[0].count(b"\n")
    assert rejected(run, rejects, ["Rom", "Bern"]) == [(f"{bomb}:{line}", reason)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "code", "place"),
    [
        (("run", "--engine", "null", "--quiet", "-f", "jsonl"), 1, "error: {}:2: "),
        (("convert", "--to", "jsonl"), 1, "error: {}:2: "),
        (("stats",), 1, "error: {}:2: "),
        (("view", "-f", "html"), 1, "error: {}:2: "),
        (("validate",), 1, "error: 1 unreadable records: "),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_each_command_that_reads_has_the_bound(command: tuple[str, ...], code: int, place: str, tmp_path: Path) -> None:
    bomb = write_repeated(tmp_path / "a.jsonl.zst", b"\0", LARGE, before=b'{"text": "Rom"}\n')
    run = measured(tmp_path, command[0], bomb, *(["-"] if command[0] == "convert" else []), *command[1:])
    assert run.megabytes < MOST_MEGABYTES
    assert (run.code, len(run.err.splitlines())) == (code, 1), run.err
    assert run.err.startswith(f"annotate: {place.format(bomb)}")
    said = run.out.decode() if command[0] == "validate" else run.err
    assert f"{bomb}:2: a line of more than 64 MB" in said
    assert command[0] == "validate" or f": {REMEDY}" in run.err


def _docbin_of_zeros(path: Path) -> None:
    path.write_bytes(docbin(note=bytes(1_000_000_000)))


def _docbin_of_empty_maps(path: Path) -> None:
    path.write_bytes(docbin(cats=[{}] * 20_000_000))


def _docbin_of_a_long_word(path: Path) -> None:
    path.write_bytes(docs_of(["x" * 1_000_000], (1, 10_000, 1), (None,) * 3))


def _one_page(path: Path) -> None:
    table = pa.table({"text": ["Rom", "x" * 500_000_000, "Bern"]})
    pq.write_table(table, path, row_group_size=1, compression="zstd", use_dictionary=False, write_statistics=False)


def _repeated_in_a_list(path: Path) -> None:
    repeated = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), pa.array(["x" * 1_000_000]))
    tokens = pa.ListArray.from_arrays([0, 1, 99_999, 100_000], repeated)
    pq.write_table(pa.table({"text": ["Rom", "?", "Bern"], "tokens": tokens}), path, store_schema=False)


def _many_nulls(path: Path) -> None:
    numbers = pa.ListArray.from_arrays([0, 0, 100_000_000, 100_000_000], pa.nulls(100_000_000, pa.int64()))
    table = pa.table({"text": ["Rom", "?", "Bern"], "numbers": numbers})
    pq.write_table(table, path, row_group_size=1, compression="zstd")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("write", "suffix", "place", "reason", "others"),
    [
        (_docbin_of_zeros, "spacy", 1, "reading this DocBin would take more than 512 MB of memory", 0),
        (_docbin_of_empty_maps, "spacy", 1, "reading this DocBin would take more than 512 MB of memory", 0),
        (_docbin_of_a_long_word, "spacy", 2, "a Doc of more than 64 MB", 2),
        (_one_page, "parquet", 2, "a page of more than 128 MB", 2),
        (_repeated_in_a_list, "parquet", 2, "a row of more than 64 MB", 2),
        (_many_nulls, "parquet", 2, "a row group with lists of more than 16,000,000 values", 2),
    ],
)
def test_a_binary_file_that_expands_is_refused(
    write: Callable[[Path], None], suffix: str, place: int, reason: str, others: int, tmp_path: Path
) -> None:
    bomb, out, rejects = tmp_path / f"a.{suffix}", tmp_path / "out.jsonl", tmp_path / "rejects.jsonl"
    write(bomb)
    assert bomb.stat().st_size < 1_100_000
    run = measured(tmp_path, "convert", bomb, out, "--on-error", "skip", "--rejects", rejects)
    assert run.megabytes < MOST_MEGABYTES
    assert run.code == 3 and "Traceback" not in run.err, run.err
    (rejected,) = [json.loads(line) for line in rejects.read_text(encoding="utf-8").splitlines()]
    assert (rejected["origin"], rejected["reason"]) == (f"{bomb}:{place}", reason)
    assert out.read_bytes().count(b"\n") == others


@pytest.mark.slow
def test_rows_that_share_a_long_text_are_read_one_after_the_other(tmp_path: Path) -> None:
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 400, pa.int32()), pa.array(["x" * 1_000_000]))
    pq.write_table(pa.table({"text": texts}), tmp_path / "a.parquet", store_schema=False)
    assert (tmp_path / "a.parquet").stat().st_size < 50_000
    run = measured(tmp_path, "validate", tmp_path / "a.parquet")
    assert (run.code, run.err) == (0, "") and b"400 documents" in run.out and run.megabytes < MOST_MEGABYTES


def test_the_bound_is_an_option(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"Rom\n" + b"x" * 2_000 + b"\nBern\n")
    for size in ("2000", "2kB", "2 KB", "64MB"):
        assert measured(tmp_path, "validate", tmp_path / "a.txt", "--max-record", size).code == 0
    run = measured(tmp_path, "validate", tmp_path / "a.txt", "--max-record", "1999")
    assert b"a.txt:2: a line of more than 1,999 bytes\n" in run.out
    for size in ("0", "-1", "64XB", "", "1.5MB"):
        run = measured(tmp_path, "validate", tmp_path / "a.txt", "--max-record", size)
        assert run.code == 2 and "--max-record" in run.err and len(run.err.splitlines()) == 1
