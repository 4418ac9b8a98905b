"""What runs must survive: kills at any instant, full disks, damaged and changed inputs, killed workers."""

from __future__ import annotations

import gzip
import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from annotator.errors import AnnotatorError, advice_of
from annotator.formats import FORMATS
from annotator.input.chunks import Chunk
from annotator.input.records import open_input
from annotator.output.rejects import SKIP_ADVICE
from annotator.pipeline import Recipe
from annotator.prepare.chunk_sizes import ChunkSizes
from annotator.run.job import Job, make_job
from annotator.run.runner import run
from support.paths import SAMPLES
from support.runs_apart import ERROR_FILE, exit_code, run_apart, run_quietly

TEXT = "".join(p.read_text(encoding="utf-8") for p in sorted(SAMPLES.glob("*.txt"))).encode()
SMALL_CHUNKS = ChunkSizes(full=3_000)
NULL = Recipe(engine="null")


@pytest.fixture(autouse=True)
def _small_tokenizer(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The null engine beside a tokenizer that is loaded at once."""
    monkeypatch.setitem(globals(), "NULL", Recipe(str(tiny), engine="null"))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder with text, gzipped text of two members, JSON Lines, an empty file and bad records."""
    folder = tmp_path / "corpus"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_bytes(TEXT * 3)
    (folder / "b.txt.gz").write_bytes(gzip.compress(TEXT) + gzip.compress(TEXT))
    records = [json.dumps({"id": f"r{n}", "text": line, "n": n}) for n, line in enumerate(TEXT.decode().splitlines())]
    (folder / "c.jsonl").write_text("\n".join([*records[:40], '{"text": 1}', *records[40:]]) + "\n")
    (folder / "sub" / "empty.txt").touch()
    (folder / "sub" / "z.txt").write_bytes(TEXT[:5_000])
    return folder


def job_for(
    corpus: Path,
    output: str,
    shard_size: int | None = None,
    *,
    recipe: Recipe | None = None,
    workers: int = 0,
    resume: bool = False,
    force: bool = False,
) -> Job:
    job = make_job(
        open_input([str(corpus)]),
        output,
        "docbin" if shard_size else None,
        shard_size,
        recipe=recipe or NULL,
        on_error="skip",
        rejects=Path(output.rstrip("/") + ".rejects"),
        workers=workers,
        resume=resume,
        force=force,
    )
    return replace(job, chunk_sizes=SMALL_CHUNKS)


def contents(*places: Path) -> dict[str, bytes]:
    """The bytes of all files in these places, without the journal."""
    found = [p for place in places for p in (place.rglob("*") if place.is_dir() else [place]) if p.is_file()]
    return {p.name: p.read_bytes() for p in found if not p.name.endswith("journal")}


def test_a_full_disk_stops_the_run_and_resuming_gives_the_whole(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.conll"

    assert exit_code(run_apart(job_for(corpus, str(out)), most_bytes=20_000)) == 1
    assert (tmp_path / ERROR_FILE).read_text() == f"{out}: cannot be written: File too large"
    assert not out.exists() and 0 < (tmp_path / "out.conll.partial").stat().st_size <= 20_000
    run_quietly(job_for(corpus, str(out), resume=True))
    run_quietly(job_for(corpus, str(tmp_path / "whole.conll")))
    assert out.read_bytes() == (tmp_path / "whole.conll").read_bytes()
    assert sorted(p.name for p in tmp_path.glob("out*")) == ["out.conll", "out.conll.rejects"]


@pytest.mark.parametrize("damage", ["broken off", "flipped"])
def test_damaged_gzip_is_an_error_or_kept_up_to_the_damage(damage: str, tmp_path: Path) -> None:
    lines = TEXT.splitlines(keepends=True)
    whole = gzip.compress(b"".join(lines[:20])) + gzip.compress(b"".join(lines[20:]))
    middle = len(whole) * 3 // 4
    path = tmp_path / "in.txt.gz"
    path.write_bytes(whole[:middle] if damage == "broken off" else whole[:middle] + b"\0" * 50 + whole[middle + 50 :])
    out = tmp_path / "out.jsonl"
    read = open_input([str(path)])
    job = Job(read, FORMATS["jsonl"], recipe=NULL, output=out, chunk_sizes=SMALL_CHUNKS)
    with pytest.raises(AnnotatorError, match=rf"^{path}(: cannot be read: |:\d+: not UTF-8)") as raised:
        run_quietly(job)
    assert SKIP_ADVICE in advice_of(raised.value)
    job = Job(read, job.format, recipe=NULL, output=out, on_error="skip", rejects=tmp_path / "rejects", force=True)
    progress = run(job, "none", print)
    kept = [json.loads(line)["text"] for line in out.read_bytes().splitlines()]
    assert len(kept) >= 20 and kept[:20] == [line.decode().rstrip("\n") for line in lines[:20]]
    rejected = [json.loads(line) for line in (tmp_path / "rejects").read_bytes().splitlines()]
    assert rejected[-1]["origin"] == str(path) and rejected[-1]["reason"].startswith("cannot be read: ")
    counts = progress.counts
    assert (counts.read, counts.written, counts.rejected) == (len(kept) + len(rejected), len(kept), len(rejected))


def test_an_unreadable_file_in_a_folder_is_named_or_rejected(corpus: Path, tmp_path: Path) -> None:
    (corpus / "b.txt").symlink_to("/proc/self/mem")  # opens, but reading address 0 fails
    read = open_input([str(corpus)])
    jsonl = FORMATS["jsonl"]
    with pytest.raises(AnnotatorError, match=r"b\.txt: cannot be read: Input/output error"):
        run_quietly(Job(read, jsonl, recipe=NULL, output=tmp_path / "out.jsonl"))
    rejects = tmp_path / "rejects"
    progress = run(
        Job(read, jsonl, recipe=NULL, output=tmp_path / "all.jsonl", on_error="skip", rejects=rejects), "none", print
    )
    reasons = [json.loads(line)["reason"] for line in rejects.read_bytes().splitlines()]
    assert len(reasons) == 2 and reasons[0] == "cannot be read: Input/output error" and "holds no text" in reasons[1]
    assert progress.counts.rejected == 2


@pytest.mark.parametrize("where", ["read", "left", "to come"])
def test_a_run_is_resumed_if_what_it_has_read_is_the_same(where: str, corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.conll"
    (corpus / "b.txt").write_bytes(TEXT + b"\xff\n" + TEXT)
    job = replace(job_for(corpus, str(out)), on_error="fail", rejects=None)
    with pytest.raises(AnnotatorError, match="not UTF-8"):
        run_quietly(job)
    if where == "read":
        (corpus / "b.txt").write_bytes(b"X" + TEXT[1:] + TEXT)
    elif where == "left":
        with (corpus / "a.txt").open("ab") as stream:
            stream.write(b"one more\n")
    else:
        (corpus / "b.txt").write_bytes(TEXT + b"mended\n" + TEXT)
        (corpus / "c.jsonl").write_bytes(b'{"text": "another"}\n')
        (corpus / "sub" / "z.txt").unlink()
        (corpus / "sub" / "z.txt").write_bytes(b"another\n")
    again = replace(job, resume=True)
    if where == "to come":
        run_quietly(again)
        run_quietly(replace(job, output=tmp_path / "whole.conll"))
        assert out.read_bytes() == (tmp_path / "whole.conll").read_bytes()
        return
    before = contents(tmp_path)
    changed = "b.txt" if where == "read" else "a.txt"
    with pytest.raises(AnnotatorError, match=rf"{changed}: has changed since the run read it: start again with force"):
        run_quietly(again)
    assert contents(tmp_path) == before


def test_other_options_or_another_model_are_refused(corpus: Path, tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "shards"
    run_quietly(job_for(corpus, f"{out}/"))
    said: list[str] = []
    assert run(job_for(corpus, f"{out}/", resume=True), "none", said.append).counts.rejected == 1
    assert said == [
        f"{out} is complete: there is nothing left to do",
        f"records that could not be read are in {out}.rejects, with the reasons",
    ]
    for recipe, says in ((replace(NULL, min_score=0.5), "min_score"), (Recipe(engine="null"), "model")):
        with pytest.raises(AnnotatorError, match=rf"the run was started with {says}.*start again with force$"):
            run_quietly(job_for(corpus, f"{out}/", recipe=recipe, resume=True))
    with pytest.raises(AnnotatorError, match=r"continue it with resume, or start again with force$"):
        run_quietly(job_for(corpus, f"{out}/"))


def test_two_runs_do_not_write_one_output(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out.conll"
    first = run_apart(job_for(corpus, str(out)), stops=True)
    assert first.pid is not None
    while psutil.Process(first.pid).status() != psutil.STATUS_STOPPED:
        assert first.is_alive()
        time.sleep(0.01)
    try:
        with pytest.raises(AnnotatorError, match=r"out\.conll: another run is writing it"):
            run_quietly(job_for(corpus, str(out), resume=True))
    finally:
        os.kill(first.pid, signal.SIGCONT)
    assert exit_code(first) == 0
    assert out.exists() and sorted(p.name for p in tmp_path.glob("*out*")) == [
        ".out.conll.journal", "out.conll", "out.conll.rejects",
    ]  # fmt: skip


@pytest.mark.slow
def test_a_killed_worker_ends_the_run_which_can_be_resumed(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.conll"
    ours = psutil.Process()

    def kill_the_worker(_: object, __: object) -> None:
        for child in ours.children():
            with suppress(psutil.NoSuchProcess):  # killed after the chunk before
                if "spawn_main" in " ".join(child.cmdline()):
                    child.kill()

    with monkeypatch.context() as patch:
        patch.setattr("annotator.run.progress.Progress.moved_to", _after(kill_the_worker))
        with pytest.raises(AnnotatorError, match=r"a worker process was killed.*: use fewer workers") as raised:
            run_quietly(job_for(corpus, str(out), workers=1))
    assert any("{resume}" in advice.remedy for advice in advice_of(raised.value))
    run_quietly(job_for(corpus, str(out), resume=True))
    run_quietly(job_for(corpus, str(tmp_path / "whole.conll")))
    assert out.read_bytes() == (tmp_path / "whole.conll").read_bytes()


def _after(do: Callable[[object, object], None]) -> Callable[..., None]:
    from annotator.run.progress import Progress

    moved_to = Progress.moved_to

    def moved_and_done(self: Progress, chunk: Chunk, annotated: list[object]) -> None:
        moved_to(self, chunk, annotated)  # type: ignore[arg-type]
        do(chunk, annotated)

    return moved_and_done
