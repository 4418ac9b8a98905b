"""Corpora to divide into units, the arguments of runs that do, and what their folders hold."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from support.cli_runs import LINES, TEXT

UNIT = 2_000  # bytes: the text of the samples is several units
OPTIONS = ("--engine", "null", "--unit-size", UNIT, "-q")


def corpus_in(folder: Path, times: int = 3) -> Path:
    """Text that is divided, text without a last line end, gzipped text, an empty file, JSON Lines and Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    (folder / "sub").mkdir(parents=True)
    (folder / "big.txt").write_bytes(TEXT * times)
    (folder / "open.txt").write_bytes(b"\xef\xbb\xbf" + TEXT[: 2 * UNIT + 10].rpartition(b" ")[0])
    (folder / "a.txt.gz").write_bytes(gzip.compress(TEXT))
    (folder / "none.txt").touch()
    records = "".join(json.dumps({"id": f"r{n}", "text": line}) + "\n\n" for n, line in enumerate(LINES[:40]))
    (folder / "sub" / "d.jsonl").write_text(records)
    pq.write_table(pa.table({"text": LINES[:60]}), folder / "sub" / "t.parquet", row_group_size=20)
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    """What the files of a folder have that are not hidden, by path."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in sorted(found.items()) if "/." not in f"/{name}"}
