"""Progress: its figures, and how they are shown."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest

from annotator.document import Document, Origin
from annotator.input.chunks import Chunk
from annotator.run.counts import Counts
from annotator.run.progress import DISPLAYS, Progress
from support.cli_runs import LINES, TEXT, annotate


@pytest.mark.parametrize("display", DISPLAYS)
def test_every_display_shows_only_on_stderr(display: str, capfd: pytest.CaptureFixture[str]) -> None:
    with Progress(Counts(), total=100).shown(display):
        pass
    out, err = capfd.readouterr()
    assert out == "" and bool(err) == (display in ("bar", "json"))


def test_progress_as_json_adds_up(null_options: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_bytes(TEXT)
    run = annotate(tmp_path / "in.txt", *null_options, "--progress", "json", "-o", tmp_path / "out.jsonl")
    *lines, summary = run.err.splitlines()
    last = json.loads(lines[-1])
    assert last["read"] == last["written"] == len(LINES) and last["rejected"] == 0 and last["entities"] == 0
    assert last["bytes"] == last["total_bytes"] == len(TEXT) and last["seconds_left"] == 0
    assert f"{last['words']} words" in summary


@pytest.mark.parametrize(("display", "lines"), [("auto", 0), ("none", 0), ("json", 1)])
def test_a_quiet_run_shows_the_progress_that_is_asked_for_and_no_summary(
    display: str, lines: int, null_options: tuple[object, ...]
) -> None:
    err = annotate(*null_options, "-q", "--progress", display, stdin=b"Rom\n").err
    assert [json.loads(line)["read"] for line in err.splitlines()] == [1] * lines


def test_the_time_left_of_a_resumed_run_is_by_its_own_speed() -> None:
    progress = Progress(Counts(read=9, written=9), total=100, position=40)
    assert progress.seconds_left is None
    progress.moved_to(Chunk(bytes_read=60), [])
    seconds = progress.seconds
    left = progress.seconds_left
    assert left is not None and 2 * seconds <= left <= 2 * progress.seconds  # 20 bytes are done, 40 are left


@pytest.mark.parametrize("fails", [False, True])
def test_the_last_state_of_a_bar_is_drawn_however_short_the_run(fails: bool, capfd: pytest.CaptureFixture[str]) -> None:
    progress = Progress(Counts(), total=1_000)
    with suppress(KeyboardInterrupt), progress.shown("bar"):
        for end in (100, 250):
            progress.moved_to(Chunk(bytes_read=end), [Document("a", "Rom", Origin("a", 1))])
        if fails:
            raise KeyboardInterrupt
    err = capfd.readouterr().err
    assert "2 documents" in err and "25%" in err and "250/1.00k" in err


def test_a_bar_is_drawn_on_request(null_options: tuple[object, ...]) -> None:
    run = annotate(*null_options, "--progress", "bar", stdin=TEXT)
    assert f"{len(LINES)} documents" in run.err and "words/s" in run.err
