"""The status of a divided run, from nothing to whole."""

from __future__ import annotations

import json
from pathlib import Path

from annotator.units.division import folder_of
from annotator.units.status import DAMAGED, DONE, MISSING, STATES, UNDER_WAY, status_of
from support.cli_runs import annotate
from support.divided import OPTIONS, corpus_in


def test_units_are_missing_done_under_way_or_damaged(tmp_path: Path) -> None:
    corpus, out = corpus_in(tmp_path / "in"), tmp_path / "out"
    assert annotate(corpus, "-o", f"{out}/", "--part", "1/2", *OPTIONS).code == 0
    status = status_of(folder_of(str(out)))
    assert not status.whole and {unit.state for unit in status.units} == {DONE, MISSING}
    assert [unit.state for unit in status.units[::2]] == [DONE] * len(status.units[::2])
    done = status.units[0]
    (out / done.shard).write_text("shorter")
    second = status.units[2]
    journal = out / f".{second.shard}.journal"
    first_line = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(first_line).replace(b'"finished": true', b'"finished": false'))
    (out / status.units[4].shard).unlink()
    changed = status_of(folder_of(str(out)))
    assert [changed.units[number].state for number in (0, 2, 4)] == [DAMAGED, DAMAGED, MISSING]
    shown = json.loads(changed.to_json())
    assert sum(shown[state.replace(" ", "_")] for state in STATES) == shown["units"] == len(status.units)
    assert {one["shard"] for one in shown["notable"]} >= {done.shard, second.shard}


def test_a_unit_is_under_way_once_its_journal_has_begun(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "Rom"}\n' * 2_000 + "[]\n")
    run = annotate(tmp_path / "a.jsonl", "-o", f"{tmp_path}/out/", "--part", "1/1", "--engine", "null")
    assert run.code == 1  # at the bad record
    (unit,) = status_of(folder_of(str(tmp_path / "out"))).units
    assert unit.state == UNDER_WAY and unit.counts.written > 0
