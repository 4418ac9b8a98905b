"""Output that stands where the input is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cli_runs import annotate, refused, texts


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two texts and a bad record, in the current folder."""
    monkeypatch.chdir(tmp_path)
    folder = Path("corpus")
    folder.mkdir()
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(name)
    (folder / "c.jsonl").write_bytes(b"{}\n")
    return folder


@pytest.mark.parametrize("name", ["corpus", "corpus/", "./corpus"])
def test_an_output_folder_in_the_input_is_left_out_and_that_is_said_once(
    name: str, corpus: Path, null_options: tuple[object, ...]
) -> None:
    options = (*null_options, "-o", "corpus/out/", "--on-error", "skip")
    assert annotate(name, *options).code == 3
    again = annotate(name, *options, "--force")
    assert again.code == 3 and "read 3 = written 2 + rejected 1" in again.err
    left_out = "left out of the input, because it belongs to the output corpus/out: corpus/out/a.jsonl and 2 more\n"
    assert again.err.count("left out") == 1 and left_out in again.err
    assert sorted(p.name for p in (corpus / "out").glob("*.*")) == [
        ".journal", ".rejects.jsonl", "a.jsonl", "b.jsonl", "c.jsonl",
    ]  # fmt: skip
    done = annotate(name, *options, "--resume")
    assert done.code == 3 and "corpus/out is complete" in done.err


@pytest.mark.parametrize("name", ["corpus", "corpus/*"])
def test_an_output_file_in_the_input_and_its_rejects_are_left_out(
    name: str, corpus: Path, null_options: tuple[object, ...]
) -> None:
    options = (*null_options, "-o", corpus / "out.jsonl", "--on-error", "skip")
    assert annotate(name, *options).code == 3
    again = annotate(name, *options, "--force")
    assert again.code == 3 and "read 3 = written 2 + rejected 1" in again.err
    assert texts((corpus / "out.jsonl").read_bytes()) == ["a.txt", "b.txt"]
    assert "corpus/out.jsonl and 1 more" in again.err


def test_what_the_user_names_is_not_left_out(corpus: Path, null_options: tuple[object, ...]) -> None:
    assert annotate(corpus / "a.txt", *null_options, "-o", "corpus/out/").code == 0
    (corpus / "c.jsonl").unlink()
    run = annotate(
        corpus / "*.txt", corpus / "out" / "a.jsonl", *null_options, "-o", "corpus/out/", "--shard-size", 9, "--force"
    )
    assert run.code == 0 and "left out" not in run.err
    assert texts((corpus / "out" / "part-00000.jsonl").read_bytes()) == ["a.txt", "b.txt", "a.txt"]


def test_a_folder_that_is_read_is_not_written(corpus: Path, null_options: tuple[object, ...]) -> None:
    for force in ((), ("--force",)):
        said = refused(annotate(corpus, *null_options, "-o", "./corpus/", *force), 2)
        assert said == "corpus: is read, so it cannot be written: name another --output"


def test_nothing_but_output_is_no_input(corpus: Path, null_options: tuple[object, ...]) -> None:
    assert annotate(corpus / "a.txt", *null_options, "-o", corpus / "out" / "in.jsonl").code == 1
    (corpus / "out").mkdir()
    assert annotate(corpus / "a.txt", *null_options, "-o", corpus / "out" / "in.jsonl").code == 0
    said = refused(annotate(corpus / "out", *null_options, "-o", corpus / "out" / "in.jsonl", "--force"), 1)
    assert said == f"{corpus / 'out'}: all files there belong to the output {corpus / 'out' / 'in.jsonl'}"
