"""Inputs, outputs and rejects that would be one file."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cli_runs import BAD_RECORDS, annotate, refused


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of bad records, with a hard and a symbolic link to it, in the current folder."""
    monkeypatch.chdir(tmp_path)
    path = Path("in.jsonl")
    path.write_bytes(BAD_RECORDS)
    Path("symbolic.jsonl").symlink_to(path)
    Path("hard.jsonl").hardlink_to(path)
    return path


@pytest.mark.parametrize("output", ["in.jsonl", "./in.jsonl", "symbolic.jsonl", "hard.jsonl"])
@pytest.mark.parametrize("force", [(), ("--force",), ("--resume",)])
def test_an_input_is_never_the_output(
    output: str, force: tuple[str, ...], given: Path, null_options: tuple[object, ...]
) -> None:
    said = refused(annotate(given, *null_options, "-o", output, *force), 2)
    assert said == f"{Path(output)}: is read, so it cannot be written: name another --output"
    assert given.read_bytes() == BAD_RECORDS and len(list(Path().iterdir())) == 3


@pytest.mark.parametrize("suffix", ["partial", "spool"])
def test_an_input_is_not_what_the_output_is_until_it_is_whole(
    suffix: str, given: Path, null_options: tuple[object, ...]
) -> None:
    given.rename(f"out.jsonl.{suffix}")
    said = refused(annotate(f"out.jsonl.{suffix}", "--input-format", "jsonl", *null_options, "-o", "out.jsonl"), 2)
    assert said == f"out.jsonl.{suffix}: is read, so it cannot be written: name another --output"


@pytest.mark.parametrize("size", [(), ("--shard-size", 1)])
def test_an_input_is_no_shard(size: tuple[object, ...], given: Path, null_options: tuple[object, ...]) -> None:
    Path("out").mkdir()
    shard = Path("out", "part-00001.jsonl" if size else "in.jsonl")
    given.rename(shard)
    said = refused(annotate(shard, *null_options, "-o", "out/", "--force", *size), 2)
    assert said == f"{shard}: is read, so it cannot be written: name another --output"
    assert shard.read_bytes() == BAD_RECORDS


@pytest.mark.parametrize("command", [(), ("convert",)])
@pytest.mark.parametrize(
    ("rejects", "says"),
    [
        ("out.jsonl", "is the output"),
        ("../{}/out.jsonl", "is the output"),
        ("out.jsonl.partial", "is the output"),
        ("in.jsonl", "is read"),
        ("hard.jsonl", "is read"),
    ],
)
@pytest.mark.parametrize("force", [(), ("--force",)])
def test_rejects_are_neither_the_output_nor_an_input(
    command: tuple[str, ...],
    rejects: str,
    says: str,
    force: tuple[str, ...],
    given: Path,
    null_options: tuple[object, ...],
) -> None:
    rejects = rejects.format(Path.cwd().name)
    to = (given, "out.jsonl") if command else (given, "-o", "out.jsonl", *null_options)
    said = refused(annotate(*command, *to, "--on-error", "skip", "--rejects", rejects, *force), 2)
    assert said.endswith(f": {says}, so rejects cannot go there: name another --rejects")
    assert given.read_bytes() == BAD_RECORDS and len(list(Path().iterdir())) == 3
