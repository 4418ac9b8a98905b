"""Runs from end to end: resumed, refused, with worker processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cli_runs import LINES, TEXT, annotate, annotate_apart, refused, texts


def test_a_run_is_resumed_once_its_input_is_corrected(
    null_options: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.jsonl"
    said = refused(annotate(*null_options, "-o", out, stdin=TEXT + b"\xff\n"), 1)
    assert said.endswith(f"what was written so far is in {out}.partial: continue with --resume")
    assert "--resume" in refused(annotate(*null_options, "-o", out, stdin=TEXT), 1)  # nothing is lost by mistake
    run = annotate(*null_options, "-o", out, "--resume", stdin=TEXT + b"corrected\n")
    assert run.code == 0 and f"read {len(LINES) + 1} = written {len(LINES) + 1}" in run.err
    assert texts(out.read_bytes()) == [*LINES, "corrected"]
    run = annotate(*null_options, "-o", out, "--resume", stdin=TEXT + b"corrected\n")
    assert (run.code, run.err) == (0, f"annotate: {out} is complete: there is nothing left to do\n")
    assert sorted(p.name for p in tmp_path.iterdir()) == [".out.jsonl.journal", "out.jsonl"]


def test_a_model_that_is_not_there_leaves_nothing(tmp_path: Path) -> None:
    refused(annotate("--model", "nowhere", "-o", tmp_path / "out.jsonl", stdin=TEXT), 2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_workers_give_the_same_bytes(tiny: Path) -> None:
    options = ("--model", str(tiny), "--device", "cpu", "-f", "jsonl", "-q")
    alone = annotate(*options, stdin=TEXT * 3)
    assert annotate_apart(*options, "--workers", 2, stdin=TEXT * 3) == alone
    bad = annotate_apart(*options, "--workers", 1, stdin=TEXT * 3 + b"\xff\n")
    assert bad.code == 1 and bad.out == alone.out and "not UTF-8" in bad.err


def test_a_run_that_cannot_open_its_output_leaves_nothing(null_options: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "out.jsonl.partial").mkdir()
    said = refused(annotate(*null_options, "-o", tmp_path / "out.jsonl", stdin=TEXT), 1)
    assert said == f"{tmp_path}/out.jsonl: cannot be written: Is a directory"
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl.partial"]
