"""Runs that are killed at every single change of the disk, resumed, and compared with undisturbed runs."""

from __future__ import annotations

import shutil
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from support.crashing import Outcome, Trial, outcome_of, run_forked, run_here
from support.runs_apart import CONTEXT
from support.small_runs import corpus_in, job_for, quick_annotator

# How many points of a set-up are left out for one that is tried, in the quick version.
SPARSE = 13
# The most points before the plan of a run is on the disk: those of its lock and of writing the plan.
BEFORE_THE_PLAN = 10
OUTPUTS = [("out.conll", None), ("out.jsonl.gz", None), ("out.spacy", None), ("out/", None), ("out/", 40)]
BEFORE = ["nothing", "a killed run", "a finished run", "a killed run of another plan"]


def trial_outcome(folder: Path, model: Path, name: str, size: int | None, before: str, every: int) -> Outcome:
    """What comes of killing a run over what is there before, at every `every`-th point. It has a process of its own."""
    annotator = quick_annotator(model)
    place, start = folder / "work", folder / "start"
    job = job_for(corpus_in(folder / "corpus"), place, name, size, model)
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
    assert outcome.not_begun <= (BEFORE_THE_PLAN if "plan" in before or "finished" in before else 0)
