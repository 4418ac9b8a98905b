"""Runs that are killed at random instants, over formats, shards, workers and rejects, and resumed until they end.

ANNOTATOR_KILLS sets the number of kills: `ANNOTATOR_KILLS=500 pytest tests/run/test_kills.py`.
"""

from __future__ import annotations

import os
import random
import shutil
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from support.crashing import Trial, run_forked, run_here, run_killed, tree
from support.runs_apart import CONTEXT
from support.small_runs import corpus_in, job_for, quick_annotator

KILLS = int(os.environ.get("ANNOTATOR_KILLS", "30"))
OUTPUTS = [("out.conll", None), ("out.jsonl.zst", None), ("out.parquet", None), ("out/", None), ("out/", 40)]
# One in so many runs has a worker process, which takes seconds to start.
WORKERS_EVERY = 12


def failures_of(folder: Path, model: Path, kills: int) -> list[str]:
    """What went wrong in so many kills, in words. It has a process of its own."""
    annotator = quick_annotator(model)
    corpus, place = corpus_in(folder / "corpus", 5), folder / "work"
    draw = random.Random(kills)
    failures: list[str] = []
    setups: list[tuple[Trial, tuple[int, dict[str, bytes]], float]] = []
    for (name, size), over, rejects in product(OUTPUTS, (False, True), (None, folder / "work" / "bad")):
        job = replace(job_for(corpus, place, name, size, model, rejects), force=over)
        trial = Trial(f"{name} by {size} over {over} with {rejects}", job, place)
        if over:
            trial.lay_out()
            run_here(replace(job, limit=60), annotator)
            start = folder / f"start{len(setups)}"
            shutil.copytree(place, start)
            trial = replace(trial, start=start)
        trial.lay_out()
        run_here(job, annotator)
        trial.lay_out()
        begun = time.monotonic()
        undisturbed = run_forked(job, annotator), tree(place)
        setups.append((trial, undisturbed, time.monotonic() - begun))
    done = 0
    while done < kills:
        trial, undisturbed, seconds = draw.choice(setups)
        workers = int(not draw.randrange(WORKERS_EVERY))
        job = replace(trial.job, workers=workers)
        longest = seconds + 5 * workers
        trial.lay_out()
        instants = []
        # Three kills in a row at most, each after less time, so that some runs are killed while they are resumed.
        for most in (1.1, 0.7, 0.4):
            instants.append(draw.uniform(0, most) * longest)
            if run_killed(job, annotator, instants[-1]) >= 0:
                break
            done += 1
            job = replace(job, resume=True)
        ended = run_forked(replace(job, resume=True, workers=0), annotator), tree(place)
        if ended != undisturbed:
            differ = sorted({name for name, _ in set(ended[1].items()) ^ set(undisturbed[1].items())})
            failures.append(f"{trial.name}, killed after {instants}: exit code {ended[0]}, other files {differ}")
    return failures


@pytest.mark.slow
def test_runs_that_are_killed_at_random_instants_give_the_same_bytes_and_exit_code(tiny: Path, tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, CONTEXT) as apart:
        assert apart.submit(failures_of, tmp_path, tiny, KILLS).result() == []
