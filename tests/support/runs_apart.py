"""Runs in processes of their own, for tests that kill them. Each process imports this module: it imports little."""

from __future__ import annotations

import os
import resource
import signal
import sys
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from typing import Any

from annotator.errors import AnnotatorError
from annotator.run.job import Job
from annotator.run.progress import Progress
from annotator.run.runner import run

# A server forks the processes. It has imported what they need, and has no threads whose locks they would inherit.
CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["annotator.run.runner", "annotator.pipeline", "annotator.formats.docbin", "spacy", "torch"]
)
ERROR_FILE = "error"  # beside the output: the text of the error that ended the run


def run_apart(job: Job, most_bytes: int | None = None, *, stops: bool = False) -> BaseProcess:
    """Start a run in a process of its own, which can write files of at most `most_bytes` bytes.

    If it `stops`, the process stops itself after the first chunk, until it is sent SIGCONT.
    """
    process = CONTEXT.Process(target=_run, args=(job, most_bytes, stops))
    process.start()
    return process


def _run(job: Job, most_bytes: int | None, stops: bool) -> None:
    if stops:
        _stop_after_first_chunk()
    if most_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    try:
        run_quietly(job)
    except AnnotatorError as error:
        assert job.output is not None
        (job.output.parent / ERROR_FILE).write_text(str(error))
        sys.exit(1)


def _stop_after_first_chunk() -> None:
    moved_to = Progress.moved_to

    def moved_and_stopped(*arguments: Any) -> None:
        moved_to(*arguments)
        Progress.moved_to = moved_to  # type: ignore[method-assign]
        os.kill(os.getpid(), signal.SIGSTOP)

    Progress.moved_to = moved_and_stopped  # type: ignore[method-assign,assignment]


def run_quietly(job: Job) -> None:
    """Run the job in this process, without progress or warnings."""
    run(job, "none", lambda _: None)


def exit_code(process: BaseProcess) -> int | None:
    """The exit code of a process, or minus the signal that ended it."""
    process.join()
    return process.exitcode
