"""The journal: entries that survive, and journals that are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.errors import AnnotatorError
from annotator.input.marks import Mark, ReadSource, Stamp
from annotator.input.records import Position
from annotator.output.finished import FinishedFile
from annotator.output.growing_file import EMPTY, Extent
from annotator.run.counts import Counts
from annotator.run.journal import Entry, Journal
from support.cli_runs import TEXT, annotate, refused

PLAN = {"inputs": ["a.txt"], "limit": None}
SOURCES = tuple(ReadSource(Mark(Position(n, 5), f"d{n}"), Stamp(3, 4) if n else None) for n in range(3))
FILES = tuple(FinishedFile(n, Extent(n, f"e{n}"), 7) for n in range(3))

COUNTS = Counts(read=2, written=2, words=9)


def test_the_last_entry_is_read_back_and_a_line_cut_short_is_ignored(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", PLAN)
    assert not journal.exists()
    journal.begin(Entry())
    journal.append(Entry(shard=1, sources=SOURCES[:1], files=FILES[:2]))
    journal.append(Entry(SOURCES[1].end, 1, Extent(20, "d"), EMPTY, COUNTS, 7, SOURCES[1:], FILES[2:], replaces=True))
    journal.close()
    with (tmp_path / "journal").open("ab") as stream:
        stream.write(b'{"read": {"posi')
    last = Journal(tmp_path / "journal", PLAN).last()
    assert last == Entry(SOURCES[1].end, 1, Extent(20, "d"), EMPTY, COUNTS, 7, SOURCES, FILES, replaces=True)
    journal.end(last)
    assert Journal(tmp_path / "journal", PLAN).last() == last
    journal.remove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("plan", "difference"),
    [
        ({"inputs": ["a.txt"], "limit": 5}, "limit null, not 5"),
        ({"inputs": ["b.txt"], "limit": None}, r'inputs "a.txt", not "b.txt"'),
        ({"inputs": [], "limit": None}, "1 inputs, not 0"),
    ],
)
def test_another_plan_is_refused_with_the_difference(plan: dict[str, object], difference: str, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", PLAN)
    journal.begin(Entry())
    journal.close()
    with pytest.raises(AnnotatorError, match=f"the run was started with {difference}: resume it with the same"):
        Journal(tmp_path / "journal", plan).last()


def test_what_is_no_journal_is_refused(null_options: tuple[object, ...], tmp_path: Path) -> None:
    for raw in (b"", b"{}\n", b"[]\n{}\n", b"\xff\n\xff\n", b'{"a": 1}\n{"read": 5}\n'):
        (tmp_path / ".out.jsonl.journal").write_bytes(raw)
        (tmp_path / "out.jsonl.partial").write_bytes(b"{}")
        said = refused(annotate(*null_options, "-o", tmp_path / "out.jsonl", "--resume", stdin=TEXT), 1)
        assert (
            said
            == f"{tmp_path}/.out.jsonl.journal: is not the journal of a run, or is damaged: start again with --force"
        )
    assert annotate(*null_options, "-o", tmp_path / "out.jsonl", "--force", stdin=TEXT).code == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == [".out.jsonl.journal", "out.jsonl"]


def test_a_start_that_was_interrupted_is_completed_for_the_same_plan_and_removed_for_another(tmp_path: Path) -> None:
    path, fresh = tmp_path / "journal", tmp_path / "journal.new"
    other = Journal(path, {"limit": 7})
    other.end(Entry(shard=3))
    old = path.read_bytes()
    Journal(path, PLAN).end(Entry(shard=5))
    new = path.read_bytes()
    for plan, left, kept in ((PLAN, new, new), ({"limit": 7}, new, old), (PLAN, new[:-9], old)):
        path.write_bytes(old)
        fresh.write_bytes(left)
        Journal(path, plan).recover()
        assert path.read_bytes() == kept and not fresh.exists()
    Journal(path, PLAN).recover()
    assert path.read_bytes() == old
