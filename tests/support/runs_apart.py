"""Runs in processes of their own, for tests that kill them. It imports little: each of these processes imports it."""

from __future__ import annotations

import resource
import sys
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

from annotator.errors import AnnotatorError
from annotator.run.job import Job
from annotator.run.runner import run

# Processes come from a server that has imported what they need and has no threads whose locks they would inherit.
APART = get_context("forkserver")
APART.set_forkserver_preload(
    ["annotator.run.runner", "annotator.pipeline", "annotator.formats.docbin", "spacy", "torch"]
)


def apart(job: Job, most_bytes: int | None = None) -> BaseProcess:
    """A run in a process of its own, which may write files of so many bytes."""
    process = APART.Process(target=_run_apart, args=(job, most_bytes))
    process.start()
    return process


def _run_apart(job: Job, most_bytes: int | None) -> None:
    if most_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    try:
        quietly(job)
    except AnnotatorError as error:
        assert job.output is not None
        (job.output.parent / "said").write_text(str(error))
        sys.exit(1)


def quietly(job: Job) -> None:
    """The run, telling nothing."""
    run(job, "none", lambda _: None)


def code(process: BaseProcess) -> int | None:
    """The exit code of a process, minus the signal that ended it."""
    process.join()
    return process.exitcode
