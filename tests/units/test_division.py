"""A division is begun by the first worker that comes, and joined by the others."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from annotator.errors import AnnotatorError
from annotator.formats import output_format
from annotator.input.records import open_input
from annotator.pipeline import Recipe
from annotator.run.job import Job
from annotator.units.division import Division, divide, folder_of, plan_in
from support.divided import UNIT, corpus_in


def job_for(corpus: Path) -> Job:
    return Job(open_input([str(corpus)]), output_format("conll", None), recipe=Recipe(engine="null"))


def begin(job: Job, out: Path, *, join: bool = True, force: bool = False) -> Division:
    return divide(job, folder_of(f"{out}/"), UNIT, join=join, force=force)[0]


def test_workers_find_the_plan_of_the_first(tmp_path: Path) -> None:
    job = job_for(corpus_in(tmp_path / "in"))
    first = begin(job, tmp_path / "out")
    kept = (tmp_path / "out" / ".plan").read_bytes()
    assert begin(job, tmp_path / "out") == first and plan_in(folder_of(f"{tmp_path}/out")).digest == first.digest
    assert (tmp_path / "out" / ".plan").read_bytes() == kept and first.base.input.sources == ()
    with pytest.raises(AnnotatorError, match=r"holds the output of a run.*continue it with resume"):
        begin(job, tmp_path / "out", join=False)


def test_starting_again_removes_what_the_units_wrote(tmp_path: Path) -> None:
    job = job_for(corpus_in(tmp_path / "in"))
    begin(job, tmp_path / "out")
    for name in (".big.00000.conll.journal", "big.00000.conll", ".big.00000.conll.rejects.jsonl", "mine.txt"):
        (tmp_path / "out" / name).write_text("x")
    begin(job, tmp_path / "out", join=False, force=True)
    assert {p.name for p in (tmp_path / "out").iterdir()} == {".plan", ".plan.lock", "mine.txt"}


def test_a_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    job = job_for(corpus_in(tmp_path / "in"))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").touch()
    with pytest.raises(AnnotatorError, match="out: is not empty: name another output"):
        begin(job, tmp_path / "out")
    (tmp_path / "out" / ".journal").touch()
    with pytest.raises(AnnotatorError, match="holds the output of a run that is not divided"):
        begin(job, tmp_path / "out")
    with pytest.raises(AnnotatorError, match="holds no divided run"):
        plan_in(folder_of(str(tmp_path / "out")))


def test_the_model_is_recognised_by_what_its_files_hold(tmp_path: Path, tiny: Path) -> None:
    from shutil import copytree

    model = copytree(tiny, tmp_path / "model")
    given = open_input([str(corpus_in(tmp_path / "in"))])
    job = Job(given, output_format("conll", None), recipe=Recipe(str(model), engine="null"))
    begin(job, tmp_path / "out")
    for file in model.iterdir():
        file.touch()  # as on another machine
    begin(job, tmp_path / "out")
    (model / "config.json").write_text((model / "config.json").read_text() + "\n")
    with pytest.raises(AnnotatorError, match="the units were planned for model files"):
        begin(job, tmp_path / "out")


@pytest.mark.slow
def test_a_hundred_thousand_files_are_planned_in_seconds_of_the_processor(tmp_path: Path) -> None:
    for folder in range(100):
        (tmp_path / "in" / f"{folder:02d}").mkdir(parents=True)
        for number in range(1_000):
            (tmp_path / "in" / f"{folder:02d}" / f"{number:03d}.txt").write_text("Rom\n")
    began = time.process_time()
    begin(job_for(tmp_path / "in"), tmp_path / "out")
    assert time.process_time() - began < 30  # 4 s where it was written; a guard against work that grows faster
    assert len(plan_in(folder_of(f"{tmp_path}/out")).shards) == 100_000
