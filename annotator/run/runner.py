"""A run: the documents of an input, annotated chunk by chunk and written to a stream, or to files that can resume."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from annotator.document import Document
from annotator.errors import Advice, AnnotatorError, RecordError, advise
from annotator.files.sinks import open_sink, reporting_os_errors
from annotator.input.chunks import Chunk, read_chunks
from annotator.output.documents import check_terminal
from annotator.output.output_files import OutputFiles
from annotator.output.rejects import SKIP_ADVICE, Rejects, check_not_used
from annotator.output.shards import OneFile
from annotator.run.counts import Counts
from annotator.run.job import Job
from annotator.run.journal import Entry, Journal
from annotator.run.lock import locked
from annotator.run.progress import Progress

Warn = Callable[[str], None]


def run(job: Job, display: str, warn: Warn) -> Progress | None:
    """Annotate the input of a job; returns what was read and written, or None if there was nothing left to do.

    The model is loaded only when there is something to do and somewhere to write it. `display` is one of
    `progress.DISPLAYS`; `warn` gets what the user should know, a line at a time. Raises AnnotatorError; what is
    written by then stays, and advice on the error says how to resume.
    """
    to_stream = job.output is None or _is_device(job.output)
    progress = _run_to_stream(job, display, warn) if to_stream else _run_to_files(job, display, warn)
    if progress and progress.counts.rejected and job.rejects:
        warn(f"records that could not be read are in {job.rejects}, with the reasons")
    return progress


def _is_device(path: Path) -> bool:
    with reporting_os_errors(path):
        return path.exists() and not path.is_file() and not path.is_dir()


def _run_to_stream(job: Job, display: str, warn: Warn) -> Progress:
    check_terminal(job.format, job.output)
    check_not_used(job.rejects, job.force)
    progress = Progress(Counts(), job.input.size)
    rejects = Rejects(job.rejects, warn)

    def documents() -> Iterator[Document]:
        for chunk, annotated in _annotated(job, Entry()):
            for error in chunk.rejected:
                rejects.write(error)
            yield from annotated
            progress.moved_to(chunk, annotated)

    with open_sink(job.output, job.force) as sink, progress.shown(display):
        for part in job.format.writer()(documents(), job.options):
            sink.write(part)
    rejects.finish()
    return progress


def _run_to_files(job: Job, display: str, warn: Warn) -> Progress | None:
    path = job.output
    assert path is not None
    journal = Journal(_run_file(job, path, "journal"), job.plan)
    with locked(path, _run_file(job, path, "lock")):
        output = OutputFiles(job.shards or OneFile(path), job.format, job.options)
        last = _resume_or_begin(job, path, journal)
        progress = None if last.finished else Progress(replace(last.counts), job.input.size, last.bytes_read)
        if progress is None:
            warn(f"{path} is complete: there is nothing left to do")
        else:
            _write_rest(job, last, output, journal, progress, display, warn)
        output.discard_all_spools()
        if job.shards:
            journal.close()  # and keep it: the files of a folder do not show whether they are all there
        else:
            journal.remove()
    return progress


def _resume_or_begin(job: Job, path: Path, journal: Journal) -> Entry:
    """The entry to continue from, which is empty for a new run. Raises AnnotatorError where neither is allowed."""
    with reporting_os_errors(path):
        written = any(p.name != ".lock" for p in path.iterdir()) if job.shards else path.exists()
    started = journal.exists()
    if job.resume and started:
        return journal.last()
    if job.resume and written and not job.shards:
        return Entry(finished=True)
    if started and not job.force:
        raise AnnotatorError(
            f"{path}: holds the output of a run, finished or not",
            "continue it with {resume}, or start again with {force}",
        )
    if written and not job.force:
        what = "is not empty" if job.shards else "exists already"
        raise AnnotatorError(f"{path}: {what}", "use {force} to replace it, or name another {output}")
    check_not_used(job.rejects, job.force)
    return Entry()


def _write_rest(
    job: Job,
    last: Entry,
    output: OutputFiles,
    journal: Journal,
    progress: Progress,
    display: str,
    warn: Warn,
) -> None:
    """Write everything after the entry `last`, and give all files their names."""
    output.open(last.shard, last.length)
    rejects = Rejects(job.rejects, warn, last.rejects)
    journal.begin(last)
    try:
        with progress.shown(display):
            for chunk, annotated in _annotated(job, last):
                output.write(annotated, chunk.sources, progress.counts.written)
                for error in chunk.rejected:
                    rejects.write(error)
                progress.moved_to(chunk, annotated)
                last = Entry(
                    chunk.end, output.number, output.sync(), rejects.sync(), replace(progress.counts), chunk.bytes_read
                )
                journal.append(last)
                output.discard_spools()
        output.finish(remove_stale=job.force)
        rejects.finish()
        journal.append(replace(last, shard=output.number, finished=True))
    except BaseException as error:
        output.close()
        rejects.close()
        if progress.counts.read:
            advise(error, Advice("continue with {resume}", f"what was written so far is in {output.growing}"))
        else:
            with suppress(OSError, AnnotatorError):
                output.growing.unlink(missing_ok=True)
                journal.remove()
        raise


def _annotated(job: Job, start: Entry) -> Iterator[tuple[Chunk, list[Document]]]:
    """The chunks of the input after `start`, each with its annotated documents."""
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
        advise(error, SKIP_ADVICE)
        raise


def _run_file(job: Job, path: Path, kind: str) -> Path:
    """The path of a file that the run keeps for itself: in the folder of shards, or beside the output file."""
    return path / f".{kind}" if job.shards else path.with_name(f"{path.name}.{kind}")
