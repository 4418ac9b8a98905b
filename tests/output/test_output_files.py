"""The output files of a run, one after the other."""

from __future__ import annotations

from pathlib import Path, PurePath

from annotator.document import Document, Origin
from annotator.formats import FORMATS
from annotator.formats.base import WriteOptions
from annotator.output.output_files import OutputFiles
from annotator.output.shards import ShardPerSource, ShardsOfSize
from support.cli_runs import texts

DOCUMENTS = [Document(str(n), f"text {n}", Origin("made", n), sentences=()) for n in range(7)]
JSONL = FORMATS["jsonl"]


def contents(folder: Path) -> dict[str, list[str]]:
    return {path.name: texts(path.read_bytes()) for path in sorted(folder.iterdir())}


def test_documents_go_to_the_shards_of_their_sources_and_sources_without_any_get_empty_ones(tmp_path: Path) -> None:
    output = OutputFiles(ShardPerSource(tmp_path, [PurePath(f"{n}.jsonl") for n in range(4)]), JSONL, WriteOptions())
    output.open()
    output.write(DOCUMENTS[:4], [0, 0, 2, 2], 0)
    assert output.number == 2 and output.growing == tmp_path / "2.jsonl.partial"
    output.write(DOCUMENTS[4:5], [2], 4)
    output.finish(remove_stale=False)
    assert contents(tmp_path) == {
        "0.jsonl": ["text 0", "text 1"], "1.jsonl": [], "2.jsonl": ["text 2", "text 3", "text 4"], "3.jsonl": [],
    }  # fmt: skip


def test_shards_of_a_size_are_resumed_in_the_middle_and_stale_ones_removed(tmp_path: Path) -> None:
    for number in (3, 4, 6):
        (tmp_path / f"part-0000{number}.jsonl").touch()
    layout = ShardsOfSize(tmp_path, 3, ".jsonl")
    output = OutputFiles(layout, JSONL, WriteOptions())
    output.open()
    output.write(DOCUMENTS[:4], [0] * 4, 0)
    length = output.sync()
    output.write(DOCUMENTS[4:6], [0] * 2, 4)
    output.close()
    output = OutputFiles(layout, JSONL, WriteOptions())
    output.open(1, length)
    output.write(DOCUMENTS[4:], [0] * 3, 4)
    output.finish(remove_stale=True)
    assert contents(tmp_path) == {
        "part-00000.jsonl": ["text 0", "text 1", "text 2"], "part-00001.jsonl": ["text 3", "text 4", "text 5"],
        "part-00002.jsonl": ["text 6"], "part-00006.jsonl": [],
    }  # fmt: skip


def test_spools_stay_until_they_are_discarded(tmp_path: Path) -> None:
    output = OutputFiles(ShardsOfSize(tmp_path, 3, ".parquet"), FORMATS["parquet"], WriteOptions())
    output.open()
    output.write(DOCUMENTS[:4], [0] * 4, 0)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "part-00000.parquet", "part-00000.parquet.spool", "part-00001.parquet.spool",
    ]  # fmt: skip
    output.discard_spools()
    assert not (tmp_path / "part-00000.parquet.spool").exists()
    output.finish(remove_stale=False)
    assert [file.number for file in output.finished()] == [1]
    output.discard_spools()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["part-00000.parquet", "part-00001.parquet"]
