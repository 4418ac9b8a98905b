"""A run divided into units, on a Ray cluster: a pool of actors does the units, and Ray starts dead ones again.

What travels is the plan, a row for each unit, and what each unit has come to: neither texts nor shards. So each worker
reads the input and writes the output folder itself, as the parts of `annotator.units.run` do.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from annotator.errors import Advice, AnnotatorError, advise, first_line
from annotator.output.folders import LocalFolder
from annotator.run.counts import Counts
from annotator.run.lock import LockedError
from annotator.run.progress import Progress
from annotator.system.cores import usable_cores
from annotator.system.standard_streams import stderr_discarded
from annotator.units.division import Division
from annotator.units.plan import Unit
from annotator.units.run import progress_of, say_left
from annotator.units.worker import Worker

Warn = Callable[[str], None]
ADDRESS = "RAY_ADDRESS"
STORE_BYTES = 200_000_000  # of the object store of a cluster that is started: it holds nothing but plans
MOST_BLOCKS = 4_096  # of rows: each is a task
LOOKS = 6  # how often units that other workers were doing are looked at again, and after how many seconds each time
LOOK_AGAIN = 5.0


@dataclass(frozen=True, slots=True)
class Pool:
    """So many actors, `replicas`, with so many `gpus` each, on the cluster at an address (None: what is found)."""

    address: str | None = None
    replicas: int = 1
    gpus: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a unit has come to: its counts or, if it failed, the error's message and remedy.

    `left` says that another worker is doing it.
    """

    number: int
    counts: Counts = field(default_factory=Counts)
    message: str = ""
    remedy: str = ""
    left: bool = False
    warnings: tuple[str, ...] = ()


class UnitActor:
    """Does units in an actor of Ray. It takes and gives batches with one row."""

    def __init__(self, division: bytes) -> None:
        from annotator.system.process_setup import import_spacy

        import_spacy()
        self._warnings: list[str] = []
        self._worker = Worker(pickle.loads(division), self._warnings.append)

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[bytes]]:
        """The outcome of the unit."""
        unit: Unit = pickle.loads(batch["unit"][0])
        try:
            outcome = Outcome(unit.number, self._worker.do(unit))
        except LockedError:
            outcome = Outcome(unit.number, left=True)
        except AnnotatorError as error:
            outcome = Outcome(unit.number, message=error.message, remedy=error.remedy)
        outcome = replace(outcome, warnings=tuple(self._warnings))
        self._warnings.clear()
        return {"outcome": [pickle.dumps(outcome)]}


def run_on_ray(division: Division, units: Sequence[Unit], pool: Pool, display: str, warn: Warn) -> Progress:
    """Do all units on a cluster; returns what they have read and written, those done before included.

    A unit of a dead actor is done again, from where it was. Raises AnnotatorError for the first unit that fails, and if
    there is no cluster or it has too little; ModuleNotFoundError without Ray.
    """
    division, units = _for_other_folders(division, units)
    progress = progress_of(units)
    left: list[Unit] = list(units)
    with _cluster(pool, warn) as cpus, progress.shown(display):
        try:
            for look in range(LOOKS):
                if look:
                    time.sleep(LOOK_AGAIN)
                left = _round(division, left, pool, cpus, progress, warn)
                if not left:
                    break
        except BaseException as error:
            advise(error, Advice("continue with {resume}", f"complete shards are in {division.folder.name}"))
            raise
    say_left(left, warn)
    return progress


def _round(
    division: Division, units: Sequence[Unit], pool: Pool, cpus: int, progress: Progress, warn: Warn
) -> list[Unit]:
    """Do units; returns those that were left to other workers."""
    by_number = {unit.number: unit for unit in units}
    left = []
    for outcome in _outcomes(division, units, pool, cpus):
        unit = by_number[outcome.number]
        for warning in outcome.warnings:
            warn(warning)
        if outcome.message:
            raise AnnotatorError(outcome.message, outcome.remedy)
        if outcome.left:
            left.append(unit)
        else:
            progress.add(outcome.counts, unit.source.size or 0)
    return left


def _outcomes(division: Division, units: Sequence[Unit], pool: Pool, cpus: int) -> Iterator[Outcome]:
    import ray.data

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.ERROR)
    rows = [{"unit": pickle.dumps(unit)} for unit in units]
    # Ray Data starts dead actors again, and gives them the rows that they had, without end (max_restarts and
    # max_task_retries are -1 in its pools).
    outcomes = ray.data.from_items(rows, override_num_blocks=min(len(rows), MOST_BLOCKS)).map_batches(
        UnitActor,
        fn_constructor_args=(pickle.dumps(division),),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(size=min(pool.replicas, len(rows)), max_tasks_in_flight_per_actor=1),
        num_cpus=cpus,
        num_gpus=pool.gpus or None,
    )
    for row in outcomes.iter_rows():
        yield pickle.loads(row["outcome"])


@contextmanager
def _cluster(pool: Pool, warn: Warn) -> Iterator[int]:
    """Join the cluster, or start one on this machine; gives the CPUs of each replica."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent anywhere
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # the rest is about Ray's own workings
    import ray

    address = pool.address or os.environ.get(ADDRESS)
    options: dict[str, Any] = {"address": address}
    if not address:
        options |= {"num_cpus": max(usable_cores(), pool.replicas), "include_dashboard": False}
        options |= {"object_store_memory": STORE_BYTES, "address": "local"}
    handler = signal.getsignal(signal.SIGTERM)
    try:
        with stderr_discarded():  # Ray says there, whatever its level, which level it has
            ray.init(**options, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise AnnotatorError(
            f"{address or 'ray'}: no cluster of Ray ({first_line(error)})",
            "check the address, or start it with `ray start`",
        ) from error
    try:
        signal.signal(signal.SIGTERM, handler)  # Ray's own would end the process without a word
        there: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        _check(pool, there, warn, grows=bool(address))
        nodes: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
        smallest = min((node["Resources"].get("CPU", 0.0) for node in nodes if node["Alive"]), default=1.0)
        yield max(1, int(min(there.get("CPU", 1.0) // pool.replicas, smallest)))
    finally:
        ray.shutdown()


def _check(pool: Pool, there: dict[str, float], warn: Warn, *, grows: bool) -> None:
    for name, wanted in (("CPU", float(pool.replicas)), ("GPU", pool.replicas * pool.gpus)):
        if there.get(name, 0.0) < wanted:
            short = f"the cluster has {there.get(name, 0.0):g} {name}s, and {pool.replicas} replicas need {wanted:g}"
            if not grows:
                raise AnnotatorError(short, "lower {replicas} or {gpus_per_replica}")
            warn(f"{short}: waiting for more nodes")


def _for_other_folders(division: Division, units: Sequence[Unit]) -> tuple[Division, list[Unit]]:
    """The same with absolute paths, for workers that were started elsewhere."""
    folder = division.folder
    if isinstance(folder, LocalFolder):
        folder = LocalFolder(folder.path.absolute())
    recipe = division.base.recipe
    if Path(recipe.model).is_dir():
        recipe = replace(recipe, model=str(Path(recipe.model).absolute()))
    return replace(division, folder=folder, base=replace(division.base, recipe=recipe)), [
        replace(unit, source=replace(unit.source, path=unit.source.path and unit.source.path.absolute()))
        for unit in units
    ]
