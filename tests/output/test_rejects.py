"""Records that could not be read: kept in a file, or reported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotator.document import Origin
from annotator.errors import RecordError
from annotator.output.rejects import Rejects
from support.cli_runs import BAD_RECORDS, TEXT, annotate, refused, texts


def test_the_file_is_created_for_the_first_record_and_resumed(tmp_path: Path) -> None:
    path = tmp_path / "rejects.jsonl"
    with Rejects(path, pytest.fail):
        pass
    assert not path.exists()
    rejects = Rejects(path, pytest.fail)
    rejects.write(RecordError(Origin("in", 2), "not JSON", "{"))
    length = rejects.sync()
    rejects.write(RecordError(Origin("in", 3), "lost in a crash"))
    rejects.close()
    with Rejects(path, pytest.fail, length) as rejects:
        rejects.write(RecordError(Origin("in", 3), "not UTF-8", "\udcff"))
    assert [json.loads(line) for line in path.read_bytes().splitlines()] == [
        {"origin": "in:2", "reason": "not JSON", "record": "{"},
        {"origin": "in:3", "reason": "not UTF-8", "record": "\udcff"},
    ]


def test_rejected_records_are_kept_with_their_reasons(null_options: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(BAD_RECORDS)
    out = tmp_path / "out.jsonl"
    run = annotate(tmp_path / "in.jsonl", *null_options, "-o", out, "--on-error", "skip")
    assert run.code == 3 and "read 5 = written 2 + rejected 3 documents" in run.err
    assert f"records that could not be read are in {out}.rejects.jsonl" in run.err
    assert texts(out.read_bytes()) == ["Rom", "Bern"]
    rejected = [json.loads(line) for line in (tmp_path / "out.jsonl.rejects.jsonl").read_bytes().splitlines()]
    assert [r["origin"].rsplit(":", 1)[1] for r in rejected] == ["2", "3", "4"]
    assert [r["record"] for r in rejected] == ['{"text": 1}', "[]", '{"text": "\\xff"}']
    assert "holds no text" in rejected[0]["reason"] and "not UTF-8" in rejected[2]["reason"]


def test_rejected_records_are_reported_without_a_file_for_them(null_options: tuple[object, ...]) -> None:
    run = annotate("--input-format", "jsonl", *null_options, "--on-error", "skip", stdin=BAD_RECORDS)
    assert run.code == 3 and texts(run.out) == ["Rom", "Bern"]
    assert [line.split(": ")[1] for line in run.err.splitlines()[:3]] == [f"skipped stdin:{n}" for n in (2, 3, 4)]


def test_rejects_that_exist_are_not_replaced(null_options: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine")
    said = refused(annotate(*null_options, "--on-error", "skip", "--rejects", tmp_path / "kept", stdin=TEXT), 1)
    assert "exists already" in said and (tmp_path / "kept").read_text() == "mine"


@pytest.mark.parametrize("command", [(), ("convert", "-", "out.jsonl")])
def test_rejects_without_skipping_are_refused(command: tuple[str, ...]) -> None:
    said = refused(annotate(*command, "--rejects", "kept", stdin=TEXT), 2)
    assert said == "a file of rejects is only for skipped records: add --on-error skip"


def test_rejects_and_journal_in_a_folder_are_no_input(null_options: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(BAD_RECORDS)
    run = annotate(tmp_path / "in.jsonl", *null_options, "-o", f"{tmp_path}/out/", "--on-error", "skip")
    assert run.code == 3 and (tmp_path / "out" / ".rejects.jsonl").exists()
    again = annotate(tmp_path / "out", *null_options)
    assert again.code == 0 and texts(again.out) == ["Rom", "Bern"]
