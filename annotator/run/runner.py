"""A run: the documents of an input, annotated chunk by chunk, to files that can be gone on with, or to a stream."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from annotator.document import Document
from annotator.errors import AnnotatorError, RecordError, UsageError, advise
from annotator.files.sinks import open_sink, reporting_os_errors
from annotator.input.chunks import Chunk, read_chunks
from annotator.output.files import Output
from annotator.output.rejects import SKIPPING, Rejects, check_free
from annotator.output.shards import Shards
from annotator.run.counts import Counts
from annotator.run.job import Job
from annotator.run.journal import Entry, Journal
from annotator.run.progress import Progress


def run(job: Job, how: str, warn: Callable[[str], None]) -> Progress | None:
    """Annotate the job's input; what was read and written, or None if there was nothing left to do.

    The model is loaded once it is known that there is something to do and somewhere to write it. `how` is as
    Progress.shown takes it; `warn` is told what the user should know. Raises AnnotatorError; what is
    written by then stays, and a note on the error says how to go on.
    """
    to_stream = job.output is None or _is_device(job.output)
    progress = _to_stream(job, how, warn) if to_stream else _to_files(job, how, warn)
    if progress and progress.counts.rejected and job.rejects:
        warn(f"records that could not be read are in {job.rejects}, with the reasons")
    return progress


def _is_device(path: Path) -> bool:
    with reporting_os_errors(path):
        return path.exists() and not path.is_file() and not path.is_dir()


def _to_stream(job: Job, how: str, warn: Callable[[str], None]) -> Progress:
    if job.form.binary and job.output is None and sys.stdout and sys.stdout.isatty():
        raise UsageError(f"{job.form.name} is binary and would garble the terminal: name a file by --output")
    check_free(job.rejects, job.force)
    progress = Progress(Counts(), job.input.size)
    rejects = Rejects(job.rejects, warn)

    def documents() -> Iterator[Document]:
        for chunk, annotated in _annotated(job, Entry()):
            for error in chunk.rejected:
                rejects.write(error)
            yield from annotated
            progress.moved_to(chunk, annotated)

    with open_sink(job.output, job.force) as sink, progress.shown(how):
        for part in job.form.writer()(documents(), job.options):
            sink.write(part)
    rejects.finish()
    return progress


def _to_files(job: Job, how: str, warn: Callable[[str], None]) -> Progress | None:
    path = job.output
    assert path is not None
    journal = Journal(_beside(job, path, "journal"), job.plan)
    with _locked(_beside(job, path, "lock"), path):
        output = Output(job.shards or Shards(None, [path]), job.form, job.options)
        last = _start(job, path, journal)
        progress = None if last.finished else Progress(replace(last.counts), job.input.size, last.bytes_read)
        if progress is None:
            warn(f"{path} is complete: there is nothing left to do")
        else:
            _go_on(job, last, output, journal, progress, how, warn)
        output.discard_all_spools()
        if job.shards:
            journal.close()  # and stays: a folder's files do not tell whether they are all
        else:
            journal.remove()
    return progress


def _go_on(
    job: Job,
    last: Entry,
    output: Output,
    journal: Journal,
    progress: Progress,
    how: str,
    warn: Callable[[str], None],
) -> None:
    """Write what comes after the entry `last`, and give all files their names."""
    output.begin(last.shard, last.length)
    rejects = Rejects(job.rejects, warn, last.rejects)
    journal.begin(last)
    try:
        with progress.shown(how):
            for chunk, annotated in _annotated(job, last):
                output.write(annotated, chunk.sources, progress.counts.written)
                for error in chunk.rejected:
                    rejects.write(error)
                progress.moved_to(chunk, annotated)
                last = Entry(
                    chunk.end, output.shard, output.sync(), rejects.sync(), replace(progress.counts), chunk.bytes_read
                )
                journal.append(last)
                output.discard_spools()
        output.finish(clean=job.force)
        rejects.finish()
        journal.append(replace(last, shard=output.shard, finished=True))
    except BaseException as error:
        output.close()
        rejects.close()
        if progress.counts.read:
            advise(error, f"what was written so far is in {output.growing}: continue with {{resume}}")
        else:
            with suppress(OSError, AnnotatorError):
                output.growing.unlink(missing_ok=True)
                journal.remove()
        raise


def _annotated(job: Job, start: Entry) -> Iterator[tuple[Chunk, list[Document]]]:
    """The chunks of the input after `start`, each with its documents annotated."""
    waiting: deque[Chunk] = deque()
    limit = None if job.limit is None else job.limit - start.counts.read
    chunks = read_chunks(job.input, start.read, job.chunk_sizes, limit, job.on_error == "skip")

    def documents() -> Iterator[Sequence[Document]]:
        for chunk in chunks:
            waiting.append(chunk)
            yield chunk.documents

    annotator = job.recipe.load()
    annotator.chunk_sizes = job.chunk_sizes
    try:
        for annotated in annotator.pipe_chunks(documents(), workers=job.workers):
            yield waiting.popleft(), annotated
    except RecordError as error:
        advise(error, SKIPPING)
        raise


def _start(job: Job, path: Path, journal: Journal) -> Entry:
    """Where to go on from, which may be the beginning. Raises AnnotatorError if neither may be done."""
    with reporting_os_errors(path):
        written = any(p.name != ".lock" for p in path.iterdir()) if job.shards else path.exists()
    begun = journal.exists()
    if job.resume and begun:
        return journal.last()
    if job.resume and written and not job.shards:
        return Entry(finished=True)
    if begun and not job.force:
        raise AnnotatorError(
            f"{path}: holds a run's output, finished or not: go on with it by --resume, or start again with --force"
        )
    if written and not job.force:
        what = "is not empty" if job.shards else "exists already"
        raise AnnotatorError(f"{path}: {what}: use --force to replace it, or name another --output")
    check_free(job.rejects, job.force)
    return Entry()


def _beside(job: Job, path: Path, what: str) -> Path:
    """The path of a run's own file: in the folder of shards, or beside the output file."""
    return path / f".{what}" if job.shards else path.with_name(f"{path.name}.{what}")


@contextmanager
def _locked(lock_path: Path, path: Path) -> Iterator[None]:
    """Raises AnnotatorError if another run holds the lock, which a run that was killed does not."""
    from filelock import FileLock, Timeout

    with reporting_os_errors(path):
        if lock_path.parent == path:
            path.mkdir(parents=True, exist_ok=True)
        elif not path.parent.is_dir():  # the lock would make the folder
            raise AnnotatorError(f"{path}: cannot be written: there is no folder {path.parent}")
        lock = FileLock(lock_path, timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise AnnotatorError(f"{path}: another run is writing it: wait, or name another --output") from error
    try:
        yield
    finally:
        with suppress(OSError):
            lock_path.unlink()
        lock.release()
