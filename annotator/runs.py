"""A run: the documents of an input, annotated chunk by chunk, to files that can be gone on with, or to a stream."""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__
from .checkpoints import find_checkpoint
from .chunks import Chunk, read_chunks
from .errors import AnnotatorError, UsageError
from .formats import Format, output_format
from .journal import Entry, Journal
from .outputs import Output, Shards, is_folder, shards_for
from .pipeline import Recipe
from .progress import Counts, Progress
from .readers import ON_ERROR
from .reading import Input
from .rejects import Rejects, check_free, rejects_beside
from .sinks import STDOUT, failures_told, open_sink
from .types import Document
from .writers import DEFAULTS, WriteOptions

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, slots=True)
class Job:
    """What a run is to do.

    `output` is a file or, with `shards`, a folder of them; None is stdout. `on_error` is one of ON_ERROR;
    `rejects` the file for records that are skipped (None: they are told of). `resume` goes on with a run of the
    same plan. Raises UsageError for what does not go together.
    """

    input: Input
    form: Format
    options: WriteOptions = DEFAULTS
    recipe: Recipe = field(default_factory=Recipe)
    output: Path | None = None
    shards: Shards | None = None
    on_error: str = "fail"
    rejects: Path | None = None
    limit: int | None = None
    workers: int | None = 0
    resume: bool = False
    force: bool = False

    def __post_init__(self) -> None:
        self.form.holding(self.options)
        if self.resume and self.output is None:
            raise UsageError("--resume needs an --output to go on with: what went to stdout is not known")
        if self.on_error not in ON_ERROR:
            raise UsageError(f"unknown way to treat errors {self.on_error!r}: use {' or '.join(ON_ERROR)}")

    @property
    def plan(self) -> dict[str, Any]:
        """What must be the same for the run to be gone on with."""
        return {
            "annotator": __version__,
            "inputs": [[source.name, source.size] for source in self.input.sources],
            "input format": self.input.format_name,
            **_plain(self.input.options),
            "format": self.form.name,
            **_plain(self.options),
            "shard size": self.shards.size if self.shards else None,
            "errors": self.on_error,
            "limit": self.limit,
            **_plain(self.recipe),
            "model files": _signature(self.recipe.model),
        }


def make_job(given: Input, output: str | None, format_name: str | None, shard_size: int | None, **how: Any) -> Job:
    """The job of what a user names: `output` is a file, a folder (see `outputs.is_folder`), or `-` or None for stdout.

    `how` are the other fields of Job; records that are skipped go to a file beside the output if no other is named.
    """
    path = Path(output) if output and output != STDOUT else None
    folder = path is not None and output is not None and (shard_size is not None or is_folder(output))
    if shard_size and not folder:
        raise UsageError("--shard-size needs a folder to write to: name one by --output")
    form = output_format(format_name, None if folder else path)
    if path and how.get("on_error") == "skip" and not how.get("rejects"):
        how["rejects"] = path / ".rejects.jsonl" if folder else rejects_beside(path)
    shards = shards_for(output, given.sources, form, shard_size) if folder and output else None
    return Job(given, form, output=path, shards=shards, **how)


def _plain(values: DataclassInstance) -> dict[str, Any]:
    """The fields of a value as they come back from JSON."""
    fields: dict[str, Any] = json.loads(json.dumps(asdict(values)))
    return fields


def _signature(model: str) -> list[list[Any]]:
    """Names, sizes and times of a model's files: they change when it is trained anew."""
    files = sorted(path for path in find_checkpoint(model).iterdir() if path.is_file())
    return [[path.name, path.stat().st_size, path.stat().st_mtime_ns] for path in files]


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
    with failures_told(path):
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
        progress = None if last.finished else Progress(replace(last.counts), job.input.size, last.position)
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
                    chunk.end, output.shard, output.sync(), rejects.sync(), replace(progress.counts), chunk.position
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
            error.add_note(f"what was written so far is in {output.growing}: go on with --resume")
        else:
            with suppress(OSError, AnnotatorError):
                output.growing.unlink(missing_ok=True)
                journal.remove()
        raise


def _annotated(job: Job, start: Entry) -> Iterator[tuple[Chunk, list[Document]]]:
    """The chunks of the input after `start`, each with its documents annotated."""
    waiting: deque[Chunk] = deque()
    limit = None if job.limit is None else job.limit - start.counts.read
    chunks = read_chunks(job.input, start.read, limit, job.on_error == "skip")

    def documents() -> Iterator[Sequence[Document]]:
        for chunk in chunks:
            waiting.append(chunk)
            yield chunk.documents

    for annotated in job.recipe.load().pipe_chunks(documents(), workers=job.workers):
        yield waiting.popleft(), annotated


def _start(job: Job, path: Path, journal: Journal) -> Entry:
    """Where to go on from, which may be the beginning. Raises AnnotatorError if neither may be done."""
    with failures_told(path):
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

    with failures_told(path):
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
