"""A run: the documents of an input, annotated chunk by chunk and written to a stream, or to files that can resume."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from annotator.document import Document
from annotator.errors import Advice, AnnotatorError, RecordError, advise
from annotator.files.sinks import open_sink, reporting_os_errors
from annotator.input.chunks import Chunk, left_between, read_chunks
from annotator.input.marks import Mark, ReadSource, stamp_of
from annotator.input.sources import Source
from annotator.output.documents import check_terminal
from annotator.output.output_files import OutputFiles
from annotator.output.rejects import SKIP_ADVICE, Rejects, check_not_used
from annotator.output.shards import OneFile
from annotator.output.tidying import tidy_file, tidy_folder
from annotator.pipeline import Annotator
from annotator.run.beginning import JOURNAL, LOCK, beginning, is_limited, run_file
from annotator.run.counts import Counts
from annotator.run.job import Job
from annotator.run.journal import Entry, Journal
from annotator.run.lock import locked
from annotator.run.progress import Progress
from annotator.system.signals import end_if_asked

Warn = Callable[[str], None]


def run(job: Job, display: str, warn: Warn) -> Progress:
    """Annotate the input of a job; returns what was read and written, in this run and those that it continues.

    The model is loaded only when there is something to do and somewhere to write it. `display` is one of
    `progress.DISPLAYS`; `warn` gets what the user should know, a line at a time. Raises AnnotatorError; what is
    written by then stays, and advice on the error says how to resume.
    """
    if job.left_out:
        warn(f"left out of the input, because it belongs to the output {job.output}: {_named(job.left_out)}")
    to_stream = job.output is None or _is_device(job.output)
    progress = _run_to_stream(job, display, warn) if to_stream else run_to_files(job, display, warn)
    if progress.complete:
        warn(f"{job.output} is complete: there is nothing left to do")
    if progress.counts.rejected and job.rejects:
        warn(f"records that could not be read are in {job.rejects}, with the reasons")
    return progress


def _named(sources: Sequence[Source]) -> str:
    more = f" and {len(sources) - 1} more" if len(sources) > 1 else ""
    return f"{sources[0].name}{more}"


def _is_device(path: Path) -> bool:
    with reporting_os_errors(path):
        return path.exists() and not path.is_file() and not path.is_dir()


def _run_to_stream(job: Job, display: str, warn: Warn) -> Progress:
    check_terminal(job.format, job.output)
    check_not_used(job.rejects, job.force)
    progress = Progress(Counts(), job.input.size)
    rejects = Rejects(job.rejects, warn)

    def documents() -> Iterator[Document]:
        for chunk, annotated in _annotated(job, _loaded(job), Entry()):
            for error in chunk.rejected:
                rejects.write(error)
            yield from annotated
            progress.moved_to(chunk, annotated)

    with open_sink(job.output, job.force) as sink, progress.shown(display):
        for part in job.format.writer()(documents(), job.options):
            sink.write(part)
    rejects.finish()
    return progress


def run_to_files(
    job: Job, display: str, warn: Warn, load: Callable[[], Annotator] | None = None, whole: Progress | None = None
) -> Progress:
    """Annotate the input of a job whose output is a file or a folder, as `run` does.

    `load` returns the annotator, if it has been loaded before. `whole` is the progress of all runs that this is one of.
    """
    path = job.output
    assert path is not None
    journal = Journal(run_file(job, path, JOURNAL), job.plan)
    with locked(path, run_file(job, path, LOCK)):
        output = OutputFiles(job.shards or OneFile(path), job.format, job.options)
        last = beginning(job, journal, output, warn)
        size = job.input.size
        done = size if last.finished and size is not None else last.bytes_read
        progress = Progress(replace(last.counts), size, done, last.finished, whole)
        if not last.finished:
            _write_rest(job, last, output, journal, progress, display, warn, load)
        if job.shards:
            tidy_folder(path)
        else:
            tidy_file(path)
    return progress


def _write_rest(
    job: Job,
    last: Entry,
    output: OutputFiles,
    journal: Journal,
    progress: Progress,
    display: str,
    warn: Warn,
    load: Callable[[], Annotator] | None,
) -> None:
    """Write everything after the entry `last`, and give all files their names."""
    annotator = _loaded(job, load)
    stamps = [stamp_of(source) for source in job.input.sources]

    def read_to(ends: Iterable[Mark]) -> tuple[ReadSource, ...]:
        return tuple(ReadSource(end, stamps[end.position.source]) for end in ends)

    journal.begin(last)  # first of all: from here on, what was there before does not count
    try:
        output.open(last.shard, last.output)
        rejects = Rejects(job.rejects, warn, last.rejects)
    except BaseException:
        output.close()
        journal.close()
        if last == Entry():
            journal.remove()
        raise
    files, sources = [*last.files], [*last.sources]
    try:
        with progress.shown(display):
            for chunk, annotated in _annotated(job, annotator, last):
                output.write(annotated, chunk.sources, progress.counts.written)
                for error in chunk.rejected:
                    rejects.write(error)
                progress.moved_to(chunk, annotated)
                last = Entry(
                    chunk.end, output.number, output.sync(), rejects.sync(), replace(progress.counts),
                    chunk.bytes_read, read_to(chunk.left), output.finished(), last.replaces,
                )  # fmt: skip
                journal.append(last)
                output.discard_spools()
                files += last.files
                sources += last.sources
        output.finish(remove_stale=last.replaces)
        rejects.finish()
        if not is_limited(job, last):
            sources += read_to(left_between(last.read, len(job.input.sources)))
        files += output.finished()
        if last.replaces and not last.rejects.length and job.own_rejects:
            with reporting_os_errors(job.own_rejects):
                job.own_rejects.unlink(missing_ok=True)  # those of the run that is replaced
        last = replace(last, shard=output.number, sources=tuple(sources), files=tuple(files), finished=True)
        journal.end(last)
    except BaseException as error:
        output.close()
        rejects.close()
        if progress.counts.read:
            advise(error, Advice("continue with {resume}", f"what was written so far is in {output.growing}"))
        elif not last.replaces:
            with suppress(OSError, AnnotatorError):
                output.growing.unlink(missing_ok=True)
                journal.remove()
        raise
    finally:
        journal.close()


def _loaded(job: Job, load: Callable[[], Annotator] | None = None) -> Annotator:
    annotator = (load or job.recipe.load)()
    annotator.chunk_sizes = job.chunk_sizes
    return annotator


def _annotated(job: Job, annotator: Annotator, start: Entry) -> Iterator[tuple[Chunk, list[Document]]]:
    """The chunks of the input after `start`, each with its annotated documents."""
    waiting: deque[Chunk] = deque()
    limit = None if job.limit is None else job.limit - start.counts.read
    chunks = read_chunks(job.input, start.read, job.chunk_sizes, limit, job.on_error == "skip")

    def documents() -> Iterator[Sequence[Document]]:
        for chunk in chunks:
            waiting.append(chunk)
            yield chunk.documents

    try:
        for annotated in annotator.pipe_chunks(documents(), workers=job.workers):
            end_if_asked()
            yield waiting.popleft(), annotated
    except RecordError as error:
        advise(error, SKIP_ADVICE)
        raise
