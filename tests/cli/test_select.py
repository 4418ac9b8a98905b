"""`annotate select`: batches in the styles of annotation tools."""

from __future__ import annotations

import json
from pathlib import Path

from support.cli_runs import annotate, refused
from support.paths import SAMPLES


def test_a_batch_in_the_style_of_a_tool(tmp_path: Path) -> None:
    output = tmp_path / "batch.jsonl"
    run = annotate("select", SAMPLES / "de.txt", "--count", 3, "-o", output, "--style", "prodigy")
    assert run.code == 0 and run.err == f"annotate: chose 3 documents in {output}\n"
    tasks = [json.loads(line) for line in output.read_text().splitlines()]
    assert len(tasks) == 3 and [task["meta"]["select_rank"] for task in tasks] == [1, 2, 3]
    assert all(task["tokens"] and {"start", "end", "label", "score"} <= task["spans"][0].keys() for task in tasks)
    assert "exists already" in refused(annotate("select", SAMPLES / "de.txt", "--count", 3, "-o", output), 1)


def test_a_batch_on_stdout_is_the_same_again() -> None:
    first, second = (annotate("select", SAMPLES / "de.txt", "--count", 2, "--quiet", "--seed", 7) for _ in range(2))
    assert first.code == 0 and first.out == second.out and not first.err
    assert len(first.out.splitlines()) == 2


def test_mistakes_are_one_line(tmp_path: Path) -> None:
    assert "no such file" in refused(annotate("select", tmp_path / "none.txt"), 1)
    assert "unknown model" in refused(annotate("select", SAMPLES / "de.txt", "--model", "nowhere"), 2)
    assert "style" in refused(annotate("select", SAMPLES / "de.txt", "-f", "conll", "--style", "prodigy"), 2)
    assert "--count" in refused(annotate("select", SAMPLES / "de.txt", "--count", 0), 2)
