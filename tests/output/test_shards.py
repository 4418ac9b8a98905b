"""Which file a document goes to, and the names of shards."""

from __future__ import annotations

import gzip
import os
from pathlib import Path, PurePath

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import DocBin

from annotator.errors import AnnotatorError, UsageError
from annotator.formats import FORMATS
from annotator.input.records import open_input
from annotator.input.sources import Source
from annotator.output.shards import OneFile, ShardPerSource, ShardsOfSize, is_folder, shards_for
from support.cli_runs import LINES, TEXT, annotate, refused, texts


def test_one_file_takes_everything() -> None:
    layout = OneFile(Path("out.jsonl"))
    assert (layout.last, layout.number(3, 99), layout.path(0)) == (0, 0, Path("out.jsonl"))


def test_a_shard_per_source_is_numbered_by_the_source() -> None:
    layout = ShardPerSource(Path("out"), [PurePath("a"), PurePath("b"), PurePath("c")])
    assert (layout.last, layout.number(1, 99), layout.path(2)) == (2, 1, Path("out/c"))


def test_shards_of_a_size_are_numbered_by_what_was_written() -> None:
    layout = ShardsOfSize(Path("out"), 30, ".conll")
    assert layout.last is None
    assert [layout.number(5, written) for written in (0, 29, 30, 90)] == [0, 0, 1, 3]
    assert layout.path(12) == Path("out/part-00012.conll")


def test_a_name_is_a_folder_if_it_exists_or_ends_in_a_slash(tmp_path: Path) -> None:
    assert is_folder("new/") and is_folder(str(tmp_path)) and not is_folder(str(tmp_path / "new"))


def test_a_file_is_no_folder_of_shards(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(AnnotatorError, match=r"is a file, not a folder: name another output"):
        shards_for(str(tmp_path / "out"), [], FORMATS["conll"], 5)


def test_sources_that_share_a_shard_are_refused(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "in.txt").touch()
    sources = open_input([str(tmp_path / "a" / "in.txt"), str(tmp_path / "b" / "in.txt")]).sources
    with pytest.raises(UsageError, match=r"two inputs would be written to .*in\.txt\.conll"):
        shards_for("out/", sources, FORMATS["conll"], None)


@given(st.lists(st.sampled_from(["..", ".", "a", "b.txt", "...", "/", "C:", "a\\..\\b", "\0", " "]), max_size=5))
def test_no_name_of_a_source_leads_out_of_the_output_folder(parts: list[str]) -> None:
    source = Source("s3://bucket/key", PurePath(*parts))
    try:
        shards = shards_for("/made/out/", [source], FORMATS["conll"], None)
    except UsageError as error:
        assert "this shard would be outside /made/out" in str(error)
        assert ".." in parts or "/" in parts or "\0" in parts or not source.relative.name
    else:
        assert Path(os.path.normpath(shards.path(0))).is_relative_to("/made/out") and "\0" not in str(shards.path(0))


def test_keys_that_lead_out_of_the_output_folder_are_refused_before_anything_is_written(
    null_options: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = PurePath("corpus/../../../escaped/evil.txt")
    (tmp_path / "a.txt").write_text("Rom")
    sources = [Source(str(tmp_path / "a.txt"), evil)]
    monkeypatch.setattr("annotator.input.records.find_sources", lambda *_: sources)
    for options in ((), ("--on-error", "skip"), ("--force",)):
        said = refused(annotate("s3://b/*", *null_options, "-o", f"{tmp_path}/x/y/out/", *options), 2)
        assert said.endswith(
            f"this shard would be outside {tmp_path}/x/y/out: give --shard-size, or name one file as --output"
        )
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_link_in_the_output_folder_does_not_lead_out_of_it(null_options: tuple[object, ...], tmp_path: Path) -> None:
    source, out, elsewhere = tmp_path / "in", tmp_path / "out", tmp_path / "elsewhere"
    for folder in (source / "sub" / "deep", out, elsewhere):
        folder.mkdir(parents=True)
    (source / "sub" / "deep" / "a.txt").write_text("Rom")
    (out / "sub").symlink_to(elsewhere, target_is_directory=True)
    said = refused(annotate(source, *null_options, "-o", out, "--force"), 1)
    assert said.startswith(f"{out}/sub/deep/a.jsonl: a link leads out of {out}: remove the link, or name another")
    assert list(elsewhere.iterdir()) == []


def test_a_folder_gets_a_shard_for_each_input(null_options: tuple[object, ...], tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    (source / "sub").mkdir(parents=True)
    for name in ("a.txt", "b.txt.gz", "b.jsonl", "sub/a.txt", "empty.txt"):
        raw = b"" if "empty" in name else b'{"text": "Rom"}\n' if "jsonl" in name else name.encode()
        (source / name).write_bytes(gzip.compress(raw) if name.endswith("gz") else raw)
    assert annotate(source, *null_options, "-o", f"{out}/").code == 0
    written = {str(p.relative_to(out)): texts(p.read_bytes()) for p in out.rglob("*.jsonl")}
    assert written == {
        "a.jsonl": ["a.txt"], "b.jsonl.jsonl": ["Rom"], "b.txt.gz.jsonl": ["b.txt.gz"], "empty.jsonl": [],
        "sub/a.jsonl": ["sub/a.txt"],
    }  # fmt: skip
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").touch()
    said = refused(annotate(source / "a.txt", tmp_path / "other" / "a.txt", *null_options, "-o", f"{tmp_path}/new/"), 2)
    assert said.startswith("two inputs would be written to ")


def test_shards_of_a_size_are_docbins_that_spacy_reads(tiny: Path, tmp_path: Path) -> None:
    run = annotate("--model", tiny, "--engine", "null", "-f", "docbin", "--shard-size", 30, "-o", tmp_path, stdin=TEXT)
    assert run.code == 0
    vocab = spacy.blank("xx").vocab
    shards = [[d.text for d in DocBin().from_disk(p).get_docs(vocab)] for p in sorted(tmp_path.glob("*.spacy"))]
    assert [len(shard) for shard in shards] == [30] * (len(LINES) // 30) + [len(LINES) % 30]
    assert [text for shard in shards for text in shard] == LINES
    (tmp_path / "part-00099.spacy").touch()
    assert "--force" in refused(annotate("--model", tiny, "-f", "docbin", "-o", tmp_path, stdin=TEXT), 1)
    run = annotate(
        "--model", tiny, "--engine", "null", "-f", "docbin", "--shard-size", 60, "-o", tmp_path, "--force", stdin=TEXT
    )
    assert run.code == 0  # the longer run's further shards are gone, other files are not
    assert sorted(p.name for p in tmp_path.glob("*.spacy")) == [
        "part-00000.spacy",
        "part-00001.spacy",
        "part-00099.spacy",
    ]
