"""Runs that are killed at every single change of the disk, resumed, and compared with undisturbed runs."""

from __future__ import annotations

import gzip
import json
import shutil
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.input.records import open_input
from annotator.pipeline import Recipe
from annotator.prepare.chunk_sizes import ChunkSizes
from annotator.run.job import Job, make_job
from annotator.system.compat import ignore_spacy_plugins
from support.cli_runs import TEXT
from support.crashing import Outcome, Trial, outcome_of, run_forked, run_here
from support.runs_apart import CONTEXT

# How many points of a set-up are left out for one that is tried, in the quick version.
SPARSE = 13
OUTPUTS = [("out.conll", None), ("out.jsonl.gz", None), ("out.spacy", None), ("out/", None), ("out/", 40)]
BEFORE = ["nothing", "a killed run", "a finished run", "a killed run of another plan"]


def corpus_in(folder: Path) -> Path:
    """A folder with text, gzipped text, an empty file and JSON Lines, the first and the last line of which are bad."""
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_bytes(TEXT)
    (folder / "b.txt.gz").write_bytes(gzip.compress(TEXT[:900]))
    (folder / "c.txt").touch()
    records = [json.dumps({"id": f"r{n}", "text": line}) for n, line in enumerate(TEXT.decode().splitlines()[:9])]
    (folder / "sub" / "d.jsonl").write_text("\n".join(['{"text": 1}', *records, "[]"]))
    return folder


def job_for(corpus: Path, output: Path, name: str, size: int | None, recipe: Recipe) -> Job:
    job = make_job(
        open_input([str(corpus)]), f"{output}/{name}", "docbin" if size else None, size, recipe=recipe, on_error="skip"
    )
    return replace(job, chunk_sizes=ChunkSizes(full=3_000))


def trial_outcome(folder: Path, model: Path, name: str, size: int | None, before: str, every: int) -> Outcome:
    """What comes of killing a run over what is there before, at every `every`-th point. It has a process of its own."""
    recipe = Recipe(str(model), engine="null")
    annotator = recipe.load()
    ignore_spacy_plugins()  # as the command line does; looking for them takes most of the time of a small run
    annotator.chunk_sizes = ChunkSizes(full=3_000)
    place, start = folder / "work", folder / "start"
    job = job_for(corpus_in(folder / "corpus"), place, name, size, recipe)
    trial = Trial(f"{name} by {size} over {before}", job, place)
    if before != "nothing":
        trial.lay_out()
        other = job if before == "a killed run" else replace(job, limit=60)
        run_here(other, annotator) if before == "a finished run" else run_forked(other, annotator, at=42)
        shutil.copytree(place, start)
        again = replace(job, resume=True) if before == "a killed run" else replace(job, force=True)
        trial = replace(trial, start=start, job=again)
    return outcome_of(trial, annotator, every)


@pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.slow), SPARSE], ids=["exhaustive", "sparse"])
@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize(("name", "size"), OUTPUTS)
def test_a_run_killed_at_any_change_of_the_disk_is_resumed_to_the_same(
    name: str, size: int | None, before: str, every: int, tiny: Path, tmp_path: Path
) -> None:
    with ProcessPoolExecutor(1, CONTEXT) as apart:
        outcome = apart.submit(trial_outcome, tmp_path, tiny, name, size, before, every).result()
    assert not outcome.failures
    assert outcome.points > 25 // every
    assert outcome.not_begun <= (5 if "plan" in before or "finished" in before else 0)
