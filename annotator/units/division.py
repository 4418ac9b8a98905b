"""A job divided into units: begun by the first worker that comes, joined by the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import file_digest
from os import fspath
from pathlib import Path
from typing import Any

from annotator.checkpoints.folder import find_checkpoint
from annotator.errors import AnnotatorError
from annotator.files.sinks import reporting_os_errors
from annotator.files.uris import is_uri
from annotator.output.folders import Folder, LocalFolder, RemoteFolder
from annotator.output.shards import shard_suffix
from annotator.run.beginning import JOURNAL
from annotator.run.job import PLAN, Job
from annotator.run.lock import waiting_lock
from annotator.units.plan import (
    Plan,
    Unit,
    check_divisible,
    check_same,
    journal_of,
    make_plan,
    rejects_of,
)

UNIT_SIZE = 64_000_000
# What of a job's plan differs between its workers, or follows from the plan of units.
_OWN = ("inputs", "shard size", "rejects", "limit", "model files", "portion")


@dataclass(frozen=True, slots=True)
class Division:
    """What every worker has: the job, whose input is without sources, the folder, and the digest of the plan."""

    base: Job
    folder: Folder
    digest: str


def folder_of(output: str) -> Folder:
    """The output folder of this name, a path or a URI."""
    return RemoteFolder(output) if is_uri(output) else LocalFolder(Path(output))


def divide(job: Job, folder: Folder, unit_size: int, *, join: bool, force: bool) -> tuple[Division, list[Unit]]:
    """The division of a job among workers, and all units.

    The plan that the folder has is used; if there is none, one is made and kept. Where there is one, the division must
    be joined (`join`) or started again (`force`). Raises AnnotatorError otherwise, for the plan of another job, and
    for a folder that holds something else.
    """
    check_divisible(job.input)
    settings = settings_of(job, unit_size)
    name = f"{folder.name.rstrip('/')}/{PLAN}"
    with _planning(folder):
        raw = folder.read(PLAN)
        if raw is not None and force and not join:
            _clear(folder, Plan.from_bytes(raw, name))
            raw = None
        if raw is None:
            if not force:
                _check_unused(folder)
            suffix = shard_suffix(job.format)
            plan = make_plan(job.input, settings, unit_size, folder.name, suffix)
            folder.write(PLAN, plan.to_bytes())
        elif not join:
            raise AnnotatorError(
                f"{folder.name}: holds the output of a run, finished or not",
                "continue it with {resume}, or start again with {force}",
            )
        else:
            plan = Plan.from_bytes(raw, name)
            check_same(plan, settings, job.input, name)
    base = replace(job, input=replace(job.input, sources=()))
    return Division(base, folder, plan.digest), plan.units(job.input)


def plan_in(folder: Folder) -> Plan:
    """The plan of a divided run in a folder. Raises AnnotatorError if there is none."""
    raw = folder.read(PLAN)
    if raw is None:
        raise AnnotatorError(f"{folder.name}: holds no divided run", "name the folder that {part} wrote to")
    return Plan.from_bytes(raw, f"{folder.name.rstrip('/')}/{PLAN}")


def settings_of(job: Job, unit_size: int) -> dict[str, Any]:
    """Everything but the input that must be the same for all workers: also the files of the model, by content."""
    same = {name: value for name, value in job.plan.items() if name not in _OWN}
    model = find_checkpoint(fspath(job.recipe.model))
    digests = [[path.name, _digest(path)] for path in sorted(model.iterdir()) if path.is_file()]
    return {**same, "unit size": unit_size, "model files": digests}


def _digest(path: Path) -> str:
    with reporting_os_errors(path, "read"), path.open("rb") as stream:
        return file_digest(stream, "blake2b").hexdigest()[:32]


@contextmanager
def _planning(folder: Folder) -> Iterator[None]:
    """Hold the lock of the plan; on a bucket, which has no locks, workers that begin at once write the same plan."""
    if not isinstance(folder, LocalFolder):
        yield
        return
    with reporting_os_errors(folder.path):
        folder.path.mkdir(parents=True, exist_ok=True)
    with waiting_lock(folder.path / f"{PLAN}.lock"):
        yield


def _check_unused(folder: Folder) -> None:
    others = [name for name in folder.sizes() if not name.startswith(PLAN)]
    if f".{JOURNAL}" in others:
        raise AnnotatorError(
            f"{folder.name}: holds the output of a run that is not divided into units", "name another {output}"
        )
    if others:
        raise AnnotatorError(f"{folder.name}: is not empty", "name another {output}")


def _clear(folder: Folder, plan: Plan) -> None:
    """Remove everything that the units of a plan have written, and at last the plan."""
    there: Mapping[str, int] = folder.sizes()
    for shard in plan.shards:
        for name in (journal_of(shard), shard, rejects_of(shard)):
            if name in there:
                folder.remove(name)
    folder.remove(PLAN)
