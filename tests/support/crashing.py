"""Runs that are killed at a chosen change of the disk, in forked processes.

A run changes the disk through `os`, `fcntl.flock` and the `FileIO` of `annotator.files.durable`. Counting ones replace
them in the forked process, which ends like a killed one when the count is reached: nothing is flushed, closed or tidied
up. A write may also be cut in half.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from annotator.errors import AnnotatorError
from annotator.files import durable
from annotator.pipeline import Annotator, Recipe
from annotator.run.job import Job
from annotator.run.runner import run

KILLED, KILLED_WRITING = 137, 138  # exit codes of a process that is killed, and of one killed at a write
ERROR = "error"  # in the folder of the output's folder: the error that ended a run
_CHANGES = ("mkdir", "unlink", "replace", "rename", "ftruncate", "link", "symlink", "rmdir")


def _count_down(left: int, half: bool) -> None:
    """Make this process end at its change number `left` of the disk, from 1; with `half`, within a write."""

    def count(code: int = KILLED) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os._exit(code)

    def counted(change: Callable[..., Any]) -> Callable[..., Any]:
        def counted_change(*args: Any, **options: Any) -> Any:
            count()
            return change(*args, **options)

        return counted_change

    class CountedFile(FileIO):
        def __init__(self, path: Any, mode: str, **options: Any) -> None:
            if "x" in mode:
                count()
            super().__init__(path, mode, **options)

        def write(self, part: Any) -> int:
            if half and left == 1:
                super().write(memoryview(part)[: len(part) // 2])
            count(KILLED_WRITING)
            return super().write(part)

        def truncate(self, size: int | None = None) -> int:
            count()
            return super().truncate(size)

    opened = os.open

    def open_counted(path: Any, flags: int, *args: Any, **options: Any) -> int:
        if flags & os.O_CREAT:
            count()
        return opened(path, flags, *args, **options)

    for name in _CHANGES:
        setattr(os, name, counted(getattr(os, name)))
    vars(os)["fsync"] = counted(lambda _: None)  # a kill loses nothing that is not synced
    os.open = open_counted
    fcntl.flock = counted(fcntl.flock)
    vars(durable)["FileIO"] = CountedFile


def run_here(job: Job, annotator: Annotator) -> int:
    """The exit code of a run in this process, with an annotator that is loaded already."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOKENIZERS_PARALLELISM", "false")  # its threads would not be there in a forked process
        patch.setattr(Recipe, "load", lambda _: annotator)
        return 3 if run(job, "none", lambda _: None).counts.rejected else 0


def run_forked(job: Job, annotator: Annotator, at: int = 0, half: bool = False) -> int:
    """The exit code of a run in a forked process: KILLED if it is killed at change number `at`; 0: at none.

    The text of an error that ends the run is kept beside the folder of the output.
    """
    return _waited(_start(job, annotator, lambda: _count_down(at, half)))


def run_killed(job: Job, annotator: Annotator, seconds: float) -> int:
    """The exit code of a run in a forked process that is killed after some seconds: -SIGKILL if it has not ended."""
    child = _start(job, annotator)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return _waited(child)


def _start(job: Job, annotator: Annotator, prepare: Callable[[], None] = lambda: None) -> int:
    assert job.output is not None
    error_file = job.output.parent.parent / ERROR
    error_file.unlink(missing_ok=True)
    child = os.fork()
    if not child:
        code = 99
        try:
            prepare()
            code = run_here(job, annotator)
        except AnnotatorError as error:
            code = error.exit_code
            error_file.write_text(str(error))
        except BaseException as error:
            error_file.write_text(repr(error))
        finally:
            os._exit(code)
    return child


def _waited(child: int) -> int:
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def tree(folder: Path) -> dict[str, bytes]:
    """The files below a folder, hidden ones included, with their bytes; of a journal only that it is there."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(p.relative_to(folder)): b"" if p.name.endswith("journal") else p.read_bytes() for p in files}


def output_of(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files of a tree without those that a run keeps for itself."""
    return {name: raw for name, raw in files.items() if not name.endswith(("journal", "journal.new", "lock"))}


@dataclass(frozen=True, slots=True)
class Trial:
    """A run to be killed: `job` writes in `folder`, which first has what is in `start` (None: nothing)."""

    name: str
    job: Job
    folder: Path
    start: Path | None = None

    def lay_out(self) -> None:
        """Bring the folder into its first state."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.start is None:
            self.folder.mkdir(parents=True)
        else:
            shutil.copytree(self.start, self.folder)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a trial: how many points there were, at how many nothing had begun, and what failed, in words."""

    points: int
    not_begun: int
    failures: list[str]


def outcome_of(trial: Trial, annotator: Annotator, every: int = 1, first: int = 1) -> Outcome:
    """Kill the run at every `every`-th change of the disk from the `first` on, resume it, and compare.

    A resumed run must give the exit code and the bytes of an undisturbed one and leave nothing else, and so must the
    same command once more. Only a run with `force` that is killed before it has changed anything may leave what there
    was before: then resuming it must be refused. With both `force` and `resume`, it goes on from any point.
    """
    trial.lay_out()
    undisturbed = run_here(trial.job, annotator), tree(trial.folder)  # imports what the forked processes need, too
    before = output_of(tree(trial.start)) if trial.start else {}
    points, not_begun, failures = 0, 0, []

    def resume(force: bool, at: str) -> None:
        nonlocal not_begun
        again = replace(trial.job, resume=True, force=force)
        code = run_forked(again, annotator)
        if code == 1 and trial.job.force and not force and output_of(tree(trial.folder)) == before:
            not_begun += 1
            return
        for _ in range(2):
            now = tree(trial.folder)
            if (code, now) != undisturbed:
                names = sorted({name for name, _ in set(now.items()) ^ set(undisturbed[1].items())})
                failures.append(f"{trial.name} killed at {at}: exit code {code}, other files {names} {_error(trial)}")
                return
            code = run_forked(again, annotator)

    left = trial.folder.with_name("left")
    at = first
    while True:
        killed = KILLED
        for half in (False, True):
            if half and killed != KILLED_WRITING:
                continue
            trial.lay_out()
            killed = run_forked(trial.job, annotator, at, half)
            if killed not in (KILLED, KILLED_WRITING):
                return Outcome(points, not_begun, failures)
            points += 1
            shutil.rmtree(left, ignore_errors=True)
            shutil.copytree(trial.folder, left)
            for force in {False, trial.job.force}:
                replace(trial, start=left).lay_out()
                resume(force, f"{at}{' (half)' if half else ''}{' with force' if force else ''}")
        at += every


def _error(trial: Trial) -> str:
    error = trial.folder.parent / ERROR
    return error.read_text() if error.exists() else ""
