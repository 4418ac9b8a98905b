"""Runs: shards, compression, rejects, going on, progress, workers, long documents."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import spacy
from spacy.tokens import DocBin

from annotator.document import Document, Origin
from annotator.files.compression import zstd
from annotator.input.chunks import Chunk
from annotator.pipeline import Annotator
from annotator.prepare.chunk_sizes import ChunkSizes
from annotator.prepare.long_documents import split_long
from annotator.prepare.segment import Segmenter
from annotator.run.counts import Counts
from annotator.run.progress import Progress
from support.cli_runs import annotate, annotate_apart, refused
from support.paths import SAMPLES

LINES = [line for path in sorted(SAMPLES.glob("*.txt")) for line in path.read_text(encoding="utf-8").splitlines()]
TEXT = "".join(line + "\n" for line in LINES).encode()
LONG = TEXT * 3  # several chunks


@pytest.fixture
def null(tiny: Path) -> tuple[object, ...]:
    """Options of a run that tags nothing and starts at once."""
    return ("--model", tiny, "--engine", "null", "-f", "jsonl")


def texts(jsonl: bytes) -> list[str]:
    return [json.loads(line)["text"] for line in jsonl.splitlines()]


# Inputs.


@pytest.mark.parametrize(
    "compress",
    [
        lambda raw: gzip.compress(raw[:900]) + gzip.compress(raw[900:]),
        lambda raw: bz2.compress(raw[:900]) + bz2.compress(raw[900:]),
        lambda raw: lzma.compress(raw[:900]) + lzma.compress(raw[900:]),
        lambda raw: zstd.compress(raw[:900]) + zstd.compress(raw[900:]),
    ],
    ids=["gzip", "bz2", "xz", "zstd"],
)
def test_compression_is_known_by_content_in_files_and_pipes(
    compress: Callable[[bytes], bytes], null: tuple[object, ...], tmp_path: Path
) -> None:
    (tmp_path / "plain-looking.txt").write_bytes(compress(TEXT))
    assert texts(annotate(tmp_path / "plain-looking.txt", *null).out) == LINES
    assert texts(annotate("-", *null, stdin=compress(TEXT)).out) == LINES


def test_what_only_begins_like_compressed_text_is_text(null: tuple[object, ...]) -> None:
    assert texts(annotate(*null, stdin=b"BZhang Wei\n").out) == ["BZhang Wei"]
    assert texts(annotate(*null, stdin=b"B").out) == ["B"]


def test_globs_uris_and_several_inputs_in_their_order(null: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("b.txt", "a.txt", "sub/c.txt", "d.md"):
        (tmp_path / name).write_text(name)
    assert texts(annotate(tmp_path / "**" / "*.txt", *null).out) == ["a.txt", "b.txt", "sub/c.txt"]
    assert texts(annotate(f"file://{tmp_path}/d.md", tmp_path / "a.txt", *null).out) == ["d.md", "a.txt"]
    assert texts(annotate(f"file://{tmp_path}", *null).out) == ["a.txt", "b.txt", "sub/c.txt"]
    assert texts(annotate(f"file://{tmp_path}/*.txt", *null).out)[:2] == ["a.txt", "b.txt"]
    assert "no file matches" in refused(annotate(tmp_path / "*.pdf", *null), 1)
    assert "no such file" in refused(annotate(f"file://{tmp_path}/no.txt", *null), 1)
    assert "use s3://" in refused(annotate("nonsense://x/y", *null), 2)


def test_what_a_run_keeps_in_its_folder_is_no_input(null: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(BAD)
    run = annotate(tmp_path / "in.jsonl", *null, "-o", f"{tmp_path}/out/", "--on-error", "skip")
    assert run.code == 3 and (tmp_path / "out" / ".rejects.jsonl").exists()
    again = annotate(tmp_path / "out", *null)
    assert again.code == 0 and texts(again.out) == ["Rom", "Bern"]


@pytest.mark.parametrize(("split", "expected"), [("paragraph", ["a\r\nb", "c"]), ("file", ["a\r\nb\r\n\r\n\n c"])])
def test_paragraphs_and_files_are_documents(split: str, expected: list[str], null: tuple[object, ...]) -> None:
    raw = b"a\r\nb\r\n\r\n\n c" if split == "file" else b"\n\na\r\nb\r\n\r\n\nc\n"
    assert texts(annotate("--split", split, *null, stdin=raw).out) == expected


# Outputs.


@pytest.mark.parametrize(("suffix", "expand"), [
    (".gz", gzip.decompress), (".bz2", bz2.decompress), (".xz", lzma.decompress), (".zst", zstd.decompress),
])  # fmt: skip
def test_outputs_are_compressed_by_suffix(
    suffix: str,
    expand: Callable[[bytes], bytes],
    null: tuple[object, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / f"out.jsonl{suffix}"
    assert annotate(*null, "-o", out, stdin=LONG).code == 0
    assert expand(out.read_bytes()) == annotate(*null, stdin=LONG).out
    assert annotate(*null, "-o", out, "--force", stdin=b"").code == 0 and expand(out.read_bytes()) == b""
    docbin = tmp_path / f"out.spacy{suffix}"
    assert annotate(*null[:-1], "docbin", "-o", docbin, stdin=LONG).code == 0
    assert len(DocBin().from_bytes(expand(docbin.read_bytes()))) == 3 * len(LINES)


def test_a_folder_gets_a_shard_an_input(null: tuple[object, ...], tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    (source / "sub").mkdir(parents=True)
    for name in ("a.txt", "b.txt.gz", "b.jsonl", "sub/a.txt", "empty.txt"):
        raw = b"" if "empty" in name else b'{"text": "Rom"}\n' if "jsonl" in name else name.encode()
        (source / name).write_bytes(gzip.compress(raw) if name.endswith("gz") else raw)
    assert annotate(source, *null, "-o", f"{out}/").code == 0
    written = {str(p.relative_to(out)): texts(p.read_bytes()) for p in out.rglob("*.jsonl")}
    assert written == {
        "a.jsonl": ["a.txt"], "b.jsonl.jsonl": ["Rom"], "b.txt.gz.jsonl": ["b.txt.gz"], "empty.jsonl": [],
        "sub/a.jsonl": ["sub/a.txt"],
    }  # fmt: skip
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").touch()
    said = refused(annotate(source / "a.txt", tmp_path / "other" / "a.txt", *null, "-o", f"{tmp_path}/new/"), 2)
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
    assert run.code == 0  # shards that the longer run numbered further are gone, other files are not
    assert sorted(p.name for p in tmp_path.glob("*.spacy")) == [
        "part-00000.spacy",
        "part-00001.spacy",
        "part-00099.spacy",
    ]


# Rejects and going on.

BAD = b'{"text": "Rom"}\n{"text": 1}\n[]\n{"text": "\xff"}\n{"id": "b", "text": "Bern"}\n'


def test_rejected_records_are_kept_with_their_reasons(null: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(BAD)
    out = tmp_path / "out.jsonl"
    run = annotate(tmp_path / "in.jsonl", *null, "-o", out, "--on-error", "skip")
    assert run.code == 3 and "read 5 = written 2 + rejected 3 documents" in run.err
    assert f"records that could not be read are in {out}.rejects.jsonl" in run.err
    assert texts(out.read_bytes()) == ["Rom", "Bern"]
    rejected = [json.loads(line) for line in (tmp_path / "out.jsonl.rejects.jsonl").read_bytes().splitlines()]
    assert [r["origin"].rsplit(":", 1)[1] for r in rejected] == ["2", "3", "4"]
    assert [r["record"] for r in rejected] == ['{"text": 1}', "[]", '{"text": "\\xff"}']
    assert "holds no text" in rejected[0]["reason"] and "not UTF-8" in rejected[2]["reason"]


def test_rejected_records_are_told_where_there_is_no_file_for_them(null: tuple[object, ...]) -> None:
    run = annotate("--input-format", "jsonl", *null, "--on-error", "skip", stdin=BAD)
    assert run.code == 3 and texts(run.out) == ["Rom", "Bern"]
    assert [line.split(": ")[1] for line in run.err.splitlines()[:3]] == [f"skipped stdin:{n}" for n in (2, 3, 4)]


def test_a_mended_input_is_gone_on_with(
    null: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.jsonl"
    said = refused(annotate(*null, "-o", out, stdin=TEXT + b"\xff\n"), 1)
    assert said.endswith(f"what was written so far is in {out}.partial: continue with --resume")
    assert "--resume" in refused(annotate(*null, "-o", out, stdin=TEXT), 1)  # nothing is lost by mistake
    run = annotate(*null, "-o", out, "--resume", stdin=TEXT + b"mended\n")
    assert run.code == 0 and f"read {len(LINES) + 1} = written {len(LINES) + 1}" in run.err
    assert texts(out.read_bytes()) == [*LINES, "mended"]
    run = annotate(*null, "-o", out, "--resume", stdin=TEXT)
    assert (run.code, run.err) == (0, f"annotate: {out} is complete: there is nothing left to do\n")
    assert list(tmp_path.iterdir()) == [out]


def test_what_is_no_journal_is_refused(null: tuple[object, ...], tmp_path: Path) -> None:
    for raw in (b"", b"{}\n", b"[]\n{}\n", b"\xff\n\xff\n", b'{"a": 1}\n{"read": 5}\n'):
        (tmp_path / "out.jsonl.journal").write_bytes(raw)
        said = refused(annotate(*null, "-o", tmp_path / "out.jsonl", "--resume", stdin=TEXT), 1)
        assert said == f"{tmp_path}/out.jsonl.journal: is no journal of a run: start again with --force"
    assert annotate(*null, "-o", tmp_path / "out.jsonl", "--force", stdin=TEXT).code == 0
    assert [p.name for p in tmp_path.iterdir()] == ["out.jsonl"]


def test_a_model_that_is_not_there_leaves_nothing(tmp_path: Path) -> None:
    refused(annotate("--model", "nowhere", "-o", tmp_path / "out.jsonl", stdin=TEXT), 2)
    assert list(tmp_path.iterdir()) == []


def test_rejects_that_exist_are_not_replaced(null: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine")
    said = refused(annotate(*null, "--on-error", "skip", "--rejects", tmp_path / "kept", stdin=TEXT), 1)
    assert "exists already" in said and (tmp_path / "kept").read_text() == "mine"


@pytest.mark.parametrize("command", [(), ("convert", "-", "out.jsonl")])
def test_rejects_without_skipping_are_refused(command: tuple[str, ...]) -> None:
    said = refused(annotate(*command, "--rejects", "kept", stdin=TEXT), 2)
    assert said.startswith("--rejects is for the records that are skipped: add --on-error skip")


# Progress.


def test_progress_as_json_adds_up(null: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_bytes(TEXT)
    run = annotate(tmp_path / "in.txt", *null, "--progress", "json", "-o", tmp_path / "out.jsonl")
    *lines, summary = run.err.splitlines()
    last = json.loads(lines[-1])
    assert last["read"] == last["written"] == len(LINES) and last["rejected"] == 0 and last["entities"] == 0
    assert last["bytes"] == last["total_bytes"] == len(TEXT) and last["seconds_left"] == 0
    assert f"{last['words']} words" in summary


def test_the_time_left_of_a_run_gone_on_with_is_by_its_own_speed() -> None:
    progress = Progress(Counts(read=9, written=9), total=100, position=40)
    assert progress.seconds_left is None
    progress.moved_to(Chunk(bytes_read=60), [])
    seconds = progress.seconds
    left = progress.seconds_left
    assert left is not None and 2 * seconds <= left <= 2 * progress.seconds  # 20 bytes are done, 40 are left


def test_a_bar_is_drawn_on_request(null: tuple[object, ...]) -> None:
    run = annotate(*null, "--progress", "bar", stdin=TEXT)
    assert f"{len(LINES)} documents" in run.err and "words/s" in run.err


# Workers and long documents.


@pytest.mark.slow
def test_workers_give_the_same_bytes(tiny: Path) -> None:
    options = ("--model", str(tiny), "--device", "cpu", "-f", "jsonl", "-q")
    alone = annotate(*options, stdin=TEXT * 3)
    assert annotate_apart(*options, "--workers", 2, stdin=TEXT * 3) == alone
    bad = annotate_apart(*options, "--workers", 1, stdin=TEXT * 3 + b"\xff\n")
    assert bad.code == 1 and bad.out == alone.out and "not UTF-8" in bad.err


def test_a_long_document_in_pieces_is_the_same(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    annotator = Annotator.load(tiny, device="cpu")
    text = "\n\n".join(LINES) + " Und so weiter ohne Ende" * 200
    whole = annotator(text)
    small = replace(annotator, chunk_sizes=ChunkSizes(full=500, long=2_000))
    short, long, last = small.pipe(["Rom", text, "Bern"])
    assert (short.text, last.text) == ("Rom", "Bern")
    assert long.text == text and long.sentences is not None and whole.sentences is not None
    # Only what is one sentence beyond all measure is cut.
    common = len(whole.sentences) - 1
    assert long.sentences[:common] == whole.sentences[:common] and common > 50
    ends = long.sentences[common - 1].offsets[-1]
    assert [(e.start, e.end, e.label) for e in long.entities if e.end <= ends] == [
        (e.start, e.end, e.label) for e in whole.entities if e.end <= ends
    ]
    words = [span for sentence in long.sentences for span in sentence.word_offsets()]
    assert words == [span for sentence in whole.sentences for span in sentence.word_offsets()]
    given = annotator(replace(whole, entities=()))
    assert given.sentences == whole.sentences


def test_a_long_document_without_any_end_comes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("x" * 1_000, "ab " * 500, " " * 1_000, "a b " * 10 + "y" * 500, ""):
        document = Document("d", text, Origin("t", 1))
        found = [
            text[part.start + start : part.start + end]
            for part in split_long(document, Segmenter(), ChunkSizes(long=100))
            for sentence in part.document.sentences or ()
            for start, end in sentence.word_offsets()
        ]
        assert "".join(found) == "".join(text.split())
