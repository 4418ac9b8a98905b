"""A worker does units: each by a run of its own, whose shard is in the output folder once it is complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from annotator.errors import Advice, AnnotatorError, advise, withdraw_advice
from annotator.files.sinks import reporting_os_errors
from annotator.input.records import Input
from annotator.output.document_file import growing_path
from annotator.output.folders import LocalFolder, RemoteFolder
from annotator.output.shards import make_folder_for
from annotator.pipeline import Annotator
from annotator.run.counts import Counts
from annotator.run.job import Job
from annotator.run.journal import read_journal
from annotator.run.progress import Progress
from annotator.run.runner import run_to_files
from annotator.units.division import Division
from annotator.units.plan import Unit, journal_of, rejects_of

Warn = Callable[[str], None]
START_AGAIN = "{force}"  # what a run asks for where it cannot be resumed


@dataclass(frozen=True, slots=True)
class UnitJob(Job):
    """The job of one unit. `unit_plan` is what its journal has: the digest of the plan of units, and its shard."""

    unit_plan: Mapping[str, Any] = field(default_factory=dict)

    @property
    def plan(self) -> dict[str, Any]:
        """That of the unit: all else follows from the plan of units."""
        return dict(self.unit_plan)

    @property
    def own_rejects(self) -> Path | None:
        """Those of the unit."""
        return self.rejects


class Worker:
    """Does units of a division with one annotator, which is loaded for the first unit that needs it."""

    def __init__(self, division: Division, warn: Warn) -> None:
        self._division = division
        self._warn = warn
        self._annotator: Annotator | None = None

    def do(self, unit: Unit, whole: Progress | None = None) -> Counts:
        """Do a unit, or what an interrupted worker left of it; returns what its shard has.

        `whole` is the progress of all units. A unit that is complete is left as it is. Raises LockedError if another
        worker is doing it, and AnnotatorError as a run does.
        """
        folder = self._division.folder
        if isinstance(folder, LocalFolder):
            return self._locally(folder.path, unit, whole)
        assert isinstance(folder, RemoteFolder)
        return self._done_before(folder, unit, whole) or self._uploaded(folder, unit, whole)

    def _locally(self, folder: Path, unit: Unit, whole: Progress | None) -> Counts:
        path = folder / unit.shard
        make_folder_for(path, folder)
        rejects = folder / rejects_of(unit.shard)
        job = self._job(unit, path, rejects)
        if not (path.exists() or growing_path(path, job.format).exists()):
            with reporting_os_errors(rejects):  # they would stand in the way of a shard that is written again
                rejects.unlink(missing_ok=True)
        try:
            return run_to_files(job, "none", self._warn, self._loaded, whole).counts
        except AnnotatorError as error:
            if START_AGAIN in error.remedy:  # one unit, not the whole run
                error.remedy = f"remove {path} and {folder / journal_of(unit.shard)}, and do this unit again"
            raise

    def _done_before(self, folder: RemoteFolder, unit: Unit, whole: Progress | None) -> Counts | None:
        """The counts of a unit that is complete at a URI."""
        name = journal_of(unit.shard)
        raw = folder.read(name)
        if raw is None:
            return None
        plan, entries = read_journal(raw, f"{folder.name}{name}")
        last = entries[-1]
        if plan != self._plan(unit) or not last.finished or folder.size(unit.shard) != last.files[-1].extent.length:
            return None
        if whole is not None:
            whole.add_earlier(last.counts, unit.source.size or 0)
        return last.counts

    def _uploaded(self, folder: RemoteFolder, unit: Unit, whole: Progress | None) -> Counts:
        """Do a unit in a temporary folder and copy it to its own, the journal at last: it says that all is there."""
        with TemporaryDirectory(prefix="annotate-") as temporary:
            path = Path(temporary) / PurePosixPath(unit.shard).name
            rejects = path.parent / PurePosixPath(rejects_of(unit.shard)).name
            try:
                counts = run_to_files(self._job(unit, path, rejects), "none", self._warn, self._loaded, whole).counts
            except BaseException as error:
                withdraw_advice(error, temporary)
                advise(error, Advice("continue with {resume}", f"complete shards are in {folder.name}"))
                raise
            folder.remove(journal_of(unit.shard))
            if rejects.exists():
                folder.put(rejects, rejects_of(unit.shard))
            else:
                folder.remove(rejects_of(unit.shard))
            folder.put(path, unit.shard)
            folder.put(path.parent / PurePosixPath(journal_of(unit.shard)).name, journal_of(unit.shard))
            return counts

    def _job(self, unit: Unit, path: Path, rejects: Path) -> UnitJob:
        base = self._division.base
        given = Input([unit.source], base.input.format_name, replace(base.input.options, portion=unit.portion))
        of_unit = {
            "input": given,
            "output": path,
            "rejects": rejects if base.on_error == "skip" else None,
            "resume": True,
            "unit_plan": self._plan(unit),
        }
        return UnitJob(**{one.name: getattr(base, one.name) for one in fields(Job)} | of_unit)

    def _plan(self, unit: Unit) -> dict[str, Any]:
        return {"plan": self._division.digest, "shard": unit.shard}

    def _loaded(self) -> Annotator:
        if self._annotator is None:
            self._annotator = self._division.base.recipe.load()
        return self._annotator
