"""The journal: entries that survive, and journals that are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.errors import AnnotatorError
from annotator.run.counts import Counts
from annotator.run.journal import Entry, Journal
from support.cli_runs import TEXT, annotate, refused

PLAN = {"inputs": [["a.txt", 3]], "limit": None}


def test_the_last_entry_is_read_back_and_a_line_cut_short_is_ignored(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", PLAN)
    assert not journal.exists()
    journal.begin(Entry())
    journal.append(Entry(shard=1, length=20, counts=Counts(read=2, written=2, words=9), bytes_read=7))
    journal.close()
    with (tmp_path / "journal").open("ab") as stream:
        stream.write(b'{"read": {"posi')
    last = Journal(tmp_path / "journal", PLAN).last()
    assert (last.shard, last.length, last.bytes_read, last.finished) == (1, 20, 7, False)
    assert last.counts == Counts(read=2, written=2, words=9)
    journal.remove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("plan", "difference"),
    [
        ({"inputs": [["a.txt", 3]], "limit": 5}, "limit null, not 5"),
        ({"inputs": [["a.txt", 4]], "limit": None}, r'inputs \["a.txt", 3\], not \["a.txt", 4\]'),
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
        (tmp_path / "out.jsonl.journal").write_bytes(raw)
        said = refused(annotate(*null_options, "-o", tmp_path / "out.jsonl", "--resume", stdin=TEXT), 1)
        assert said == f"{tmp_path}/out.jsonl.journal: is not the journal of a run: start again with --force"
    assert annotate(*null_options, "-o", tmp_path / "out.jsonl", "--force", stdin=TEXT).code == 0
    assert [p.name for p in tmp_path.iterdir()] == ["out.jsonl"]
