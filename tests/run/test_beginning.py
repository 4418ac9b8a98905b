"""Where a run begins: a finished output is compared with what was recorded about it, and nothing stale is kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.cli_runs import BAD_RECORDS, TEXT, annotate, refused, texts

COMPLETE = "is complete: there is nothing left to do"


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    Path("in", "a.txt").write_bytes(TEXT)
    Path("in", "b.txt").write_bytes(b"Rom\nBern\n")
    return Path("in")


@pytest.mark.parametrize("output", ["out.jsonl", "out/", "out.spacy"])
def test_a_finished_run_is_complete_only_for_the_same_input_and_options(
    output: str, given: Path, null_options: tuple[object, ...]
) -> None:
    options = (*null_options[:-2], "-o", output, *(("-f", "docbin") if "/" in output else ()))
    assert annotate(given, *options).code == 0
    again = annotate(given, *options, "--resume")
    assert (again.code, again.err) == (0, f"annotate: {Path(output)} {COMPLETE}\n")
    assert "min_score 0.0, not 0.5" in refused(annotate(given, *options, "--resume", "--min-score", 0.5), 1)
    assert "inputs" in refused(annotate(given / "a.txt", *options, "--resume"), 1)
    with (given / "b.txt").open("ab") as stream:
        stream.write(b"Ulm\n")
    said = refused(annotate(given, *options, "--resume"), 1)
    assert said == "in/b.txt: has changed since the run read it: start again with --force"
    forced = annotate(given, *options, "--resume", "--force")
    assert forced.code == 0 and forced.err.startswith(
        "annotate: in/b.txt: has changed since the run read it: it is started again\n"
    )
    assert COMPLETE in annotate(given, *options, "--resume").err


@pytest.mark.parametrize("size", [(), ("--shard-size", 20)])
@pytest.mark.parametrize("change", ["missing", "flipped"])
def test_a_shard_that_is_missing_or_has_changed_is_noticed(
    change: str, size: tuple[object, ...], given: Path, null_options: tuple[object, ...]
) -> None:
    options = (given, *null_options, "-o", "out/", *size)
    assert annotate(*options).code == 0
    shard = sorted(Path("out").glob("*.jsonl"))[-1]
    raw = shard.read_bytes()
    shard.unlink()
    if change == "flipped":
        shard.write_bytes(raw.replace(b"Bern", b"Bonn"))
    says = "is missing" if change == "missing" else "has changed since the run wrote it"
    assert refused(annotate(*options, "--resume"), 1) == f"{shard}: {says}: start again with --force"
    assert annotate(*options, "--resume", "--force").code == 0 and shard.read_bytes() == raw


@pytest.mark.parametrize(
    ("output", "options"),
    [
        ("out/", ("-f", "jsonl")),
        ("out.parquet", ()),
        ("out.jsonl", ("--style", "words", "--rejects", "bad")),
    ],
)
def test_a_finished_run_with_rejects_says_so_again_and_compares_them(
    output: str, options: tuple[str, ...], given: Path, null_options: tuple[object, ...]
) -> None:
    Path("in.jsonl").write_bytes(BAD_RECORDS)
    command = ("in.jsonl", *null_options[:-2], "-o", output, *options, "--on-error", "skip")
    first = annotate(*command)
    again = annotate(*command, "--resume")
    *_, said = first.err.splitlines()
    assert first.code == again.code == 3 and first.err.count("are in") == 1
    rejects = "bad" if "bad" in options else "out/.rejects.jsonl" if "/" in output else f"{output}.rejects.jsonl"
    where = f"annotate: records that could not be read are in {rejects}, with the reasons"
    assert again.err.splitlines() == [f"annotate: {Path(output)} {COMPLETE}", where] and where in first.err
    Path(rejects).write_bytes(Path(rejects).read_bytes().replace(b"not UTF-8", b"not utf-8"))
    assert refused(annotate(*command, "--resume"), 1).startswith(f"{rejects}: has changed since the run wrote it")
    assert said


def test_an_output_without_a_journal_is_not_taken_for_a_finished_run(
    given: Path, null_options: tuple[object, ...]
) -> None:
    Path("out.jsonl").write_bytes(b"mine")
    said = refused(annotate(given, *null_options, "-o", "out.jsonl", "--resume"), 1)
    assert said.startswith("out.jsonl: exists already, and no journal tells which run made it: use --force to replace")
    assert Path("out.jsonl").read_bytes() == b"mine"


def test_an_output_that_was_removed_is_written_again(given: Path, null_options: tuple[object, ...]) -> None:
    for flags in ((), ("--resume",), ("--min-score", 0.5)):
        assert annotate(given, *null_options, "-o", "out.jsonl", *flags).code == 0
        assert len(texts(Path("out.jsonl").read_bytes())) == len(TEXT.splitlines()) + 2
        Path("out.jsonl").unlink()


def test_a_limit_makes_no_difference_of_what_follows_it(given: Path, null_options: tuple[object, ...]) -> None:
    command = (given / "b.txt", *null_options, "-o", "out.jsonl", "--limit", 2)
    assert annotate(*command).code == 0
    (given / "b.txt").write_bytes(b"Rom\nBern\nUlm\n")
    assert COMPLETE in annotate(*command, "--resume").err
    (given / "b.txt").write_bytes(b"Rom\nBonn\n")
    assert "has changed" in refused(annotate(*command, "--resume"), 1)


def test_force_removes_what_the_run_before_left(given: Path, null_options: tuple[object, ...]) -> None:
    (given / "b.txt").write_bytes(b"Rom\n\xff\n")
    options = (*null_options[:-2], "-f", "docbin", "-o", "out/", "--on-error", "skip", "--shard-size", 20)
    assert annotate(given, *options).code == 3
    Path("out", "part-00001.spacy.spool").touch()
    Path("out", "part-00009.conll.partial").touch()
    assert annotate(given / "a.txt", *options, "--limit", 30, "--force").code == 0
    assert sorted(os.listdir("out")) == [".journal", "part-00000.spacy", "part-00001.spacy"]  # noqa: PTH208
