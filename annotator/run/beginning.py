"""Where a run begins: with nothing, after the last entry of its journal, or at its end, because it is complete."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from annotator.errors import AnnotatorError
from annotator.files.sinks import reporting_os_errors
from annotator.input.marks import ReadSource, check_unchanged
from annotator.output.document_file import growing_path
from annotator.output.finished import check_whole
from annotator.output.output_files import OutputFiles
from annotator.output.rejects import check_not_used
from annotator.run.job import Job
from annotator.run.journal import Entry, Journal

# The files that a run keeps for itself in a folder of shards.
JOURNAL, LOCK = "journal", "lock"
_OWN = {f".{JOURNAL}", f".{JOURNAL}.new", f".{LOCK}"}


def run_file(job: Job, path: Path, kind: str) -> Path:
    """The path of a file that the run keeps for itself: hidden in the folder of shards, or beside the output file."""
    return path / f".{kind}" if job.shards else path.with_name(f".{path.name}.{kind}")


def beginning(job: Job, journal: Journal, output: OutputFiles, warn: Callable[[str], None]) -> Entry:
    """The entry to continue from, which is empty for a new run.

    With `job.resume` and `job.force`, a run that cannot be resumed is started again, which `warn` is told. Raises
    AnnotatorError where neither is allowed, and if anything has changed since the entry that a run would continue from.
    """
    path = job.output
    assert path is not None
    if job.resume:
        journal.recover()
    started = journal.exists()
    there = _is_there(job, path, started)
    if job.resume and there:
        try:
            return _resumed(job, path, journal, output)
        except AnnotatorError as error:
            if not job.force:
                raise
            warn(f"{error.message}: it is started again")
    if there and started and not job.force:
        raise AnnotatorError(
            f"{path}: holds the output of a run, finished or not",
            "continue it with {resume}, or start again with {force}",
        )
    if there and not job.force:
        what = "is not empty" if job.shards else "exists already"
        raise AnnotatorError(f"{path}: {what}", "use {force} to replace it, or name another {output}")
    check_not_used(job.rejects, job.force)
    return Entry(replaces=there)


def _is_there(job: Job, path: Path, started: bool) -> bool:
    """Whether there is any output, complete or not, that could be lost; `started` says whether there is a journal."""
    with reporting_os_errors(path):
        if job.shards:
            return any(p.name not in _OWN for p in path.iterdir())
        return path.exists() or (started and growing_path(path, job.format).exists())


def _resumed(job: Job, path: Path, journal: Journal, output: OutputFiles) -> Entry:
    """The last entry, once nothing has changed since."""
    if not journal.exists():
        raise AnnotatorError(
            f"{path}: {'is not empty' if job.shards else 'exists already'}, and no journal tells which run made it",
            "use {force} to replace it, or name another {output}",
        )
    last = journal.last()
    output.check(last.files)
    for source in last.sources:
        check_unchanged(job.input, source)
    if last.finished:
        if job.rejects and last.rejects.length:
            check_whole(job.rejects, last.rejects)
        if is_limited(job, last) and last.read.position.records:
            check_unchanged(job.input, ReadSource(last.read), whole=False)
    return last


def is_limited(job: Job, last: Entry) -> bool:
    """Whether the run ends after this entry because of its limit, so that it does not matter what follows."""
    return job.limit is not None and last.counts.read >= job.limit
