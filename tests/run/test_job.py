"""What a run is to do: outputs by name, options that contradict each other, and the plan."""

from __future__ import annotations

import json
from pathlib import Path, PurePath

import pytest

from annotator.errors import UsageError
from annotator.formats import FORMATS
from annotator.formats.base import WriteOptions
from annotator.input.records import Input, open_input
from annotator.output.shards import ShardPerSource, ShardsOfSize
from annotator.pipeline import Recipe
from annotator.run.job import Job, make_job
from support.paths import SAMPLES


@pytest.fixture
def given() -> Input:
    return open_input([str(SAMPLES / "de.txt"), str(SAMPLES / "fr.txt")])


@pytest.mark.parametrize("output", [None, "-"])
def test_no_output_is_stdout_in_conll(output: str | None, given: Input) -> None:
    job = make_job(given, output, on_error="skip")
    assert (job.output, job.shards, job.rejects, job.format.name) == (None, None, None, "conll")


def test_a_file_has_its_format_by_suffix_and_its_rejects_beside_it(given: Input, tmp_path: Path) -> None:
    job = make_job(given, str(tmp_path / "out.jsonl.gz"), on_error="skip")
    assert (job.output, job.shards, job.format.name) == (tmp_path / "out.jsonl.gz", None, "jsonl")
    assert job.rejects == tmp_path / "out.jsonl.gz.rejects.jsonl"
    assert make_job(given, str(tmp_path / "out.jsonl")).rejects is None


def test_a_folder_has_shards_and_its_rejects_inside(given: Input, tmp_path: Path) -> None:
    job = make_job(given, f"{tmp_path}/new/", "docbin", on_error="skip")
    assert job.shards == ShardPerSource(tmp_path / "new", [PurePath("de.spacy"), PurePath("fr.spacy")])
    assert job.rejects == tmp_path / "new" / ".rejects.jsonl"
    assert make_job(given, str(tmp_path), shard_size=5).shards == ShardsOfSize(tmp_path, 5, ".conll")


def test_options_that_contradict_each_other_are_refused(given: Input) -> None:
    with pytest.raises(UsageError, match="a run that writes to stdout cannot be resumed: name a file or a folder"):
        make_job(given, resume=True)
    with pytest.raises(UsageError, match="shards are written to a folder: name one with output"):
        make_job(given, shard_size=5)
    with pytest.raises(UsageError, match=r"unknown way to treat .*'ignore': use on_error fail or skip"):
        make_job(given, on_error="ignore")
    with pytest.raises(UsageError, match="docstart"):
        Job(given, FORMATS["jsonl"], WriteOptions(docstart=True))


def test_the_plan_is_json_and_changes_with_the_options(given: Input, tiny: Path) -> None:
    plan = make_job(given, recipe=Recipe(str(tiny), labels=("PER",))).plan
    assert json.loads(json.dumps(plan)) == plan
    assert plan["labels"] == ["PER"] and len(plan["model files"]) > 2
    other = make_job(given, recipe=Recipe(str(tiny), labels=("PER",)), limit=3).plan
    assert {name for name in plan if plan[name] != other[name]} == {"limit"}
