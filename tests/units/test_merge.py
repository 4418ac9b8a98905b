"""Merged shards are what an undivided run writes, in each format; gaps and changes are refused."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from support.cli_runs import annotate, refused
from support.divided import OPTIONS, corpus_in


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus_in(tmp_path_factory.mktemp("merge") / "corpus")


@pytest.mark.parametrize("suffix", ["conll", "jsonl", "conllu", "spacy", "parquet"])
def test_the_bytes_are_those_of_an_undivided_run(suffix: str, corpus: Path, tmp_path: Path) -> None:
    format = {"spacy": "docbin"}.get(suffix, suffix)
    assert annotate(corpus, "-o", f"{tmp_path}/out/", "-f", format, *OPTIONS).code == 0
    run = annotate("merge", tmp_path / "out", tmp_path / f"merged.{suffix}")
    assert run.code == 0 and run.err.startswith("annotate: merged ")
    assert annotate(corpus, "-o", tmp_path / f"plain.{suffix}", "--engine", "null", "-q").code == 0
    assert (tmp_path / f"merged.{suffix}").read_bytes() == (tmp_path / f"plain.{suffix}").read_bytes()


def test_the_model_gives_the_same_bytes(tmp_path: Path) -> None:
    corpus = corpus_in(tmp_path / "in", times=1)
    assert annotate(corpus, "-o", f"{tmp_path}/out/", "--unit-size", "2000", "-q").code == 0
    assert annotate("merge", tmp_path / "out", tmp_path / "merged.conll", "-q").code == 0
    assert annotate(corpus, "-o", tmp_path / "plain.conll", "-q").code == 0
    assert (tmp_path / "merged.conll").read_bytes() == (tmp_path / "plain.conll").read_bytes()


def test_the_file_is_compressed_and_not_replaced_unasked(corpus: Path, tmp_path: Path) -> None:
    assert annotate(corpus, "-o", f"{tmp_path}/out/", *OPTIONS).code == 0
    merge = ("merge", tmp_path / "out", tmp_path / "m.conll.gz")
    assert annotate(*merge).code == 0
    assert annotate("merge", tmp_path / "out", tmp_path / "m.conll", "-q").code == 0
    assert gzip.decompress((tmp_path / "m.conll.gz").read_bytes()) == (tmp_path / "m.conll").read_bytes()
    assert "exists already: use --force" in refused(annotate(*merge), 1)
    assert annotate(*merge, "--force", "-q").err == ""


def test_gaps_changes_and_pages_are_refused(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert annotate(corpus, "-o", f"{out}/", "--part", "1/2", *OPTIONS).code == 0
    said = refused(annotate("merge", out, tmp_path / "m.conll"), 1)
    assert "units, " in said and " missing, the first of which is big.00000.conll: do all parts" in said
    assert annotate(corpus, "-o", f"{out}/", "--part", "2/2", *OPTIONS).code == 0
    shard = out / "big.00000.conll"
    shard.write_bytes(shard.read_bytes()[::-1])
    said = refused(annotate("merge", out, tmp_path / "m.conll"), 1)
    assert "big.00000.conll: has changed since the run wrote it: remove it, and do its unit again" in said
    assert not (tmp_path / "m.conll").exists()
    assert annotate(corpus, "-o", f"{tmp_path}/pages/", "-f", "html", *OPTIONS).code == 0
    said = refused(annotate("merge", tmp_path / "pages", tmp_path / "m.html"), 2)
    assert said == "shards of html cannot be joined: annotate to JSON Lines, and convert the merged file"
