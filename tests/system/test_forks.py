"""Processes that are forked while other threads annotate do not wait for these."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from annotator.export import export
from annotator.system.forks import NotWhileForking, lock_kept_over_forks
from support.cli_runs import ENVIRONMENT

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")

FORKS = """
import os, sys, threading
from annotator import Annotator

folder, engine, forks = sys.argv[1:]
ner = Annotator.load(folder, device="cpu", engine=engine)
text = "Angela Merkel besuchte Paris und traf dort Emmanuel Macron."
expected = ner(text)
done = threading.Event()

def annotate(thread):
    number = 0
    while not done.is_set():  # words that have not been seen, for the segmenter
        ner(" ".join(f"W{thread}x{number}y{i} kam." for i in range(300)))
        number += 1

threads = [threading.Thread(target=annotate, args=(i,)) for i in range(2)]
for thread in threads:
    thread.start()
children = []
for _ in range(int(forks)):
    if not (child := os.fork()):
        os._exit(0 if ner(text) == expected else 3)
    children.append(os.waitpid(child, 0)[1])
done.set()
for thread in threads:
    thread.join()
sys.exit(any(children))
"""


def test_a_forked_process_finds_the_lock_free() -> None:
    lock = lock_kept_over_forks()
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            held.set()
            let_go.wait(300)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(300)
    threading.Timer(0.1, let_go.set).start()  # forking waits for it, however long that takes
    if not (child := os.fork()):
        os._exit(0 if lock.acquire(blocking=False) else 3)
    assert os.waitpid(child, 0)[1] == 0
    thread.join()
    with lock:
        pass


def test_forking_waits_for_threads_that_compute() -> None:
    computing = NotWhileForking()
    inside, leave = threading.Event(), threading.Event()
    left: list[int] = []

    def compute() -> None:
        with computing:
            inside.set()
            leave.wait(300)
            left.append(1)

    threads = [threading.Thread(target=compute) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert inside.wait(300)
    threading.Timer(0.1, leave.set).start()
    if not (child := os.fork()):
        with computing:  # nobody is in it here
            os._exit(0 if len(left) == 2 else 3)
    assert os.waitpid(child, 0)[1] == 0
    for thread in threads:
        thread.join()


def test_a_thread_that_holds_the_lock_may_fork() -> None:
    lock = lock_kept_over_forks()
    with lock:
        if not (child := os.fork()):
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    assert lock.acquire(blocking=False)
    lock.release()


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "forks"), [("null", 100), ("onnx", 20), ("torch", 20)])
def test_processes_forked_while_threads_annotate_annotate_too(
    engine: str, forks: int, tiny: Path, tmp_path: Path
) -> None:
    folder = export(tiny, tmp_path / "exported").parent
    command = [sys.executable, "-c", FORKS, str(folder), engine, str(forks)]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, timeout=1_800, check=False)
    assert done.returncode == 0, done.stderr
