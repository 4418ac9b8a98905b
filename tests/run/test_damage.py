"""Journals, partial files and rejects that were damaged between two runs: refused in one line, or the same bytes."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from support.crashing import ERROR, Trial, run_forked, run_here, tree
from support.runs_apart import CONTEXT
from support.small_runs import corpus_in, job_for, quick_annotator

DAMAGES = int(os.environ.get("ANNOTATOR_DAMAGES", "40"))
# Made by hand: replacements in the JSON of a journal or of rejects, with values of other types among them.
EDITS = [
    (b'"shard": 0', b'"shard": "0"'),
    (b'"length": ', b'"length": -'),
    (b'"counts": {', b'"counts": [], "others": {'),
    (b'"finished": false', b'"finished": null'),
    (b'"limit": null', b'"limit": []'),
    (b'"record": "', b'"record": 7, "other": "'),
    (b'"shard": 0', b'"shard": 7'),
    (b'"length": ', b'"length": "x'),
    (b'"records": ', b'"records": 0'),
    (b'"finished": false', b'"finished": true'),
    (b'"replaces": false', b'"replaces": true'),
    (b'{"annotator"', b'[]{"annotator"'),
    (b'"limit": null', b'"limit": 60'),
]
# Name, size of shards, and at which change of the disk the run is killed; 0: it is not.
RUNS = [
    ("out.jsonl", None, 40),
    ("out.parquet", None, 40),
    ("out/", None, 60),
    ("out/", 40, 70),
    ("out.jsonl", None, 0),
]


def _flipped(raw: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ 1 << draw.randrange(8)]) + raw[at + 1 :]


def _cut(raw: bytes, draw: random.Random) -> bytes:
    return raw[: draw.randrange(len(raw))]


def _zeroed(raw: bytes, draw: random.Random) -> bytes:
    return _cut(raw, draw).ljust(len(raw), b"\0")


def _longer(raw: bytes, draw: random.Random) -> bytes:
    return raw + draw.randbytes(draw.randrange(1, 200))


def _repeated(raw: bytes, draw: random.Random) -> bytes:
    return raw + draw.choice(raw.splitlines(keepends=True))


def _shuffled(raw: bytes, draw: random.Random) -> bytes:
    lines = raw.splitlines(keepends=True)
    return b"".join(draw.sample(lines, len(lines)))


def _edited(raw: bytes, draw: random.Random) -> bytes:
    return raw.replace(*draw.choice(EDITS))


def _gone(_raw: bytes, _draw: random.Random) -> None:
    return None


DAMAGE: Sequence[Callable[[bytes, random.Random], bytes | None]] = (
    _flipped, _cut, _zeroed, _longer, _repeated, _shuffled, _edited, _gone,
)  # fmt: skip


def failures_of(folder: Path, model: Path, count: int) -> list[str]:
    """What went wrong in so many damages, in words. It has a process of its own."""
    annotator = quick_annotator(model)
    corpus, place = corpus_in(folder / "corpus", 3), folder / "work"
    draw = random.Random(count)
    failures: list[str] = []
    refused = 0
    trials = []
    for number, (name, size, at) in enumerate(RUNS):
        job = job_for(corpus, place, name, size, model)
        trial = Trial(name, job, place)
        trial.lay_out()
        undisturbed = run_here(job, annotator), tree(place)
        if at:
            trial.lay_out()
            run_forked(job, annotator, at)
        start = folder / f"start{number}"
        shutil.copytree(place, start)
        trials.append((replace(trial, start=start, job=replace(job, resume=True)), undisturbed))
    for _ in range(count):
        trial, undisturbed = draw.choice(trials)
        trial.lay_out()
        victim = draw.choice([path for path in sorted(place.rglob("*")) if path.is_file() and path.name != "lock"])
        whole = victim.read_bytes()
        raw = draw.choice(DAMAGE)(whole, draw) if whole else None
        victim.unlink()
        if raw is not None:
            victim.write_bytes(raw)
        code = run_forked(trial.job, annotator)
        if code == 1:
            said = (folder / ERROR).read_text()
            if len(said.splitlines()) == 1 and "force" in said:
                refused += 1
                continue
            failures.append(f"{trial.name}, {victim.name}: {said}")
        elif (code, tree(place)) != undisturbed:
            failures.append(f"{trial.name}, {victim.name}: exit code {code}, {(folder / ERROR).exists()}")
    return failures or ([] if count // 4 < refused < count else [f"{refused} of {count} refused"])


def test_damage_is_refused_in_one_line_or_makes_no_difference(tiny: Path, tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, CONTEXT) as apart:
        assert apart.submit(failures_of, tmp_path, tiny, DAMAGES).result() == []


@pytest.mark.slow
def test_three_hundred_damages(tiny: Path, tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, CONTEXT) as apart:
        assert apart.submit(failures_of, tmp_path, tiny, 300).result() == []
