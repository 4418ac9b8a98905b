"""A worker: its model is loaded once, when the first unit needs it, and what a killed one left is resumed."""

from __future__ import annotations

import gzip
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.formats import output_format
from annotator.input.records import open_input
from annotator.pipeline import Annotator, Recipe
from annotator.prepare.chunk_sizes import ChunkSizes
from annotator.run.job import Job
from annotator.run.journal import read_journal
from annotator.run.lock import LockedError, locked
from annotator.run.progress import Progress
from annotator.units.division import divide, folder_of
from annotator.units.plan import journal_of
from annotator.units.worker import Worker
from support.buckets import hub_in, s3_server, s3_system, s3_uri
from support.cli_runs import COMMAND, ENVIRONMENT, TEXT, annotate, refused
from support.divided import OPTIONS, corpus_in, files_of

SMALL = ChunkSizes(full=2_000, first=500)


def test_units_share_a_model_and_a_unit_is_resumed_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = open_input([str(corpus_in(tmp_path / "in"))])
    job = Job(given, output_format("jsonl", None), recipe=Recipe(engine="null"), chunk_sizes=SMALL)
    division, units = divide(job, folder_of(f"{tmp_path}/out/"), 8_000, join=True, force=False)
    loads: list[Recipe] = []
    load = Recipe.load

    def counted(recipe: Recipe) -> Annotator:
        loads.append(recipe)
        return load(recipe)

    monkeypatch.setattr(Recipe, "load", counted)
    worker = Worker(division, lambda _: None)
    big = next(unit for unit in units if unit.shard == "big.00000.jsonl")
    pipe_chunks = Annotator.pipe_chunks

    def two_chunks(*args: object, **options: object) -> object:
        chunks = pipe_chunks(*args, **options)  # type: ignore[arg-type]
        yield next(chunks)
        yield next(chunks)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Annotator, "pipe_chunks", two_chunks)
        worker.do(big)
    raw = (tmp_path / "out" / journal_of(big.shard)).read_bytes()
    plan, entries = read_journal(raw, "j")
    assert plan == {"plan": division.digest, "shard": big.shard}
    done = entries[-1].counts.read
    assert done > 0 and not entries[-1].finished
    for unit in units:
        worker.do(unit)
    assert len(loads) == 1
    counts = Worker(division, lambda _: None).do(big)
    assert counts.read > done and len(loads) == 1  # nothing is loaded for a unit that is complete
    with locked(tmp_path / "out" / big.shard, tmp_path / "out" / f".{big.shard}.lock"), pytest.raises(LockedError):
        worker.do(big)


def test_the_progress_of_all_units_adds_up(tmp_path: Path) -> None:
    given = open_input([str(corpus_in(tmp_path / "in"))])
    job = Job(given, output_format("jsonl", None), recipe=Recipe(engine="null"), chunk_sizes=SMALL)
    division, units = divide(job, folder_of(f"{tmp_path}/out/"), 8_000, join=True, force=False)
    worker = Worker(division, lambda _: None)
    first, again = (Progress(replace(Progress(worker.do(units[0]), 0).counts), None) for _ in range(2))
    assert first.counts == again.counts
    whole = Progress(type(first.counts)(), given.size)
    total = sum(worker.do(unit, whole).read for unit in units)
    assert whole.counts.read == total == len(list(given.documents())) and whole.counts.written == total
    assert whole.words_a_second > 0


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with s3_server("corpus", "out") as address:
        yield address


def objects(server: str, path: str) -> dict[str, bytes]:
    """What the objects below a path have that are not hidden."""
    from pyarrow.fs import FileSelector

    system = s3_system(server)
    found = [one for one in system.get_file_info(FileSelector(path, recursive=True)) if one.is_file]
    shown = {one.path[len(path) :]: one.path for one in found if not one.base_name.startswith(".")}
    return {name: system.open_input_file(path).read() for name, path in sorted(shown.items())}


def test_a_bucket_gets_the_objects_that_a_folder_gets(server: str, tmp_path: Path) -> None:
    corpus = corpus_in(tmp_path / "in", times=1)
    options = (*OPTIONS, "--unit-size", "8kB")
    assert annotate(corpus, "-o", f"{tmp_path}/out/", *options).code == 0
    run = (corpus, "-o", s3_uri("out/a/", server), *options)
    done = annotate(*run)
    assert done.code == 0, done.err
    assert objects(server, "out/a/") == files_of(tmp_path / "out")
    said = refused(annotate(*run), 1)
    assert said.startswith("s3://out/a/: holds the output of a run") and "continue it with --resume" in said
    assert annotate(*run, "--resume").code == 0
    assert annotate("status", s3_uri("out/a/", server)).out.endswith(b"whole\n")
    assert annotate("merge", s3_uri("out/a/", server), tmp_path / "merged.conll", "-q").code == 0
    assert annotate("merge", tmp_path / "out", tmp_path / "local.conll", "-q").code == 0
    assert (tmp_path / "merged.conll").read_bytes() == (tmp_path / "local.conll").read_bytes()
    s3_system(server).delete_file("out/a/none.conll")
    assert annotate("status", s3_uri("out/a/", server)).code == 1
    assert annotate(corpus, "-o", s3_uri("out/a/", server), *options, "--part", "1/1").code == 0
    assert annotate(*run, "--force").code == 0
    assert objects(server, "out/a/") == files_of(tmp_path / "out")


def test_a_corpus_in_a_bucket_is_divided_too(server: str, tmp_path: Path) -> None:
    system = s3_system(server)
    for name, raw in {"a.txt": TEXT, "b.txt.gz": gzip.compress(TEXT)}.items():
        with system.open_output_stream(f"corpus/in/{name}", compression=None) as stream:
            stream.write(raw)
    given = s3_uri("corpus/in/", server)
    assert annotate(given, "-o", tmp_path / "plain.jsonl", "--engine", "null", "-q").code == 0
    for part in ("1/2", "2/2"):
        assert (
            annotate(given, "-o", s3_uri("corpus/in/out/", server), *OPTIONS, "-f", "jsonl", "--part", part).code == 0
        )
    assert annotate("merge", s3_uri("corpus/in/out/", server), tmp_path / "merged.jsonl", "-q").code == 0
    assert (tmp_path / "merged.jsonl").read_bytes() == (tmp_path / "plain.jsonl").read_bytes()
    assert len(objects(server, "corpus/in/out/")) > 3


def test_the_hub_is_read_and_written(tmp_path: Path) -> None:
    corpus_in(tmp_path / "datasets" / "someone" / "texts")
    with hub_in(tmp_path):
        run = annotate("hf://datasets/someone/texts/", "-o", "hf://datasets/someone/tagged/", *OPTIONS)
        assert run.code == 0, run.err
        assert annotate("merge", "hf://datasets/someone/tagged/", tmp_path / "m.conll", "-q").code == 0
    local = tmp_path / "datasets" / "someone" / "texts"
    assert annotate(local, "-o", tmp_path / "plain.conll", "--engine", "null", "-q").code == 0
    assert (tmp_path / "m.conll").read_bytes() == (tmp_path / "plain.conll").read_bytes()


def test_rejects_are_uploaded_and_a_bad_record_says_how_to_continue(server: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "Rom"}\n[]\n')
    run = (tmp_path / "a.jsonl", "-o", s3_uri("out/bad/", server), "--engine", "null", "-q")
    said = refused(annotate(*run), 1)
    assert said.endswith("complete shards are in s3://out/bad/: continue with --resume") and "/annotate-" not in said
    assert objects(server, "out/bad/") == {}
    skipping = (tmp_path / "a.jsonl", "-o", s3_uri("out/skipped/", server), "--engine", "null", "--on-error", "skip")
    assert annotate(*skipping).code == 3 == annotate(*skipping, "--resume").code
    assert annotate("merge", s3_uri("out/skipped/", server), tmp_path / "m.conll", "-q").code == 0
    assert '"origin"' in (tmp_path / "m.conll.rejects.jsonl").read_text()


@pytest.mark.slow
def test_a_run_to_a_bucket_that_is_killed_is_resumed(server: str, tmp_path: Path) -> None:
    corpus = corpus_in(tmp_path / "in", times=15)
    assert annotate(corpus, "-o", f"{tmp_path}/out/", *OPTIONS).code == 0
    command = [str(one) for one in (COMMAND, corpus, "-o", s3_uri("out/killed/", server), *OPTIONS, "--resume")]
    waits = random.Random(2)
    for _ in range(5):
        worker = subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE)
        time.sleep(waits.uniform(0.5, 4))
        worker.send_signal(signal.SIGKILL)
        worker.communicate()
        whole = files_of(tmp_path / "out")
        there = objects(server, "out/killed/") if s3_system(server).get_file_info("out/killed").type.value > 1 else {}
        assert all(whole[name] == raw for name, raw in there.items())  # each object is whole
    subprocess.run(command, env=ENVIRONMENT, check=True, capture_output=True)
    assert objects(server, "out/killed/") == files_of(tmp_path / "out")
