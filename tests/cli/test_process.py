"""`annotate` as a process: pipes, signals, full disks, start-up. Each start takes seconds, so there are few."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import spacy
from spacy.tokens import DocBin

from support.cli_runs import COMMAND, ENVIRONMENT, SUMMARY, Run, annotate, annotate_apart, refused
from support.paths import SAMPLES

DE = SAMPLES / "de.txt"
HEAVY = ("torch", "transformers", "spacy", "numpy", "tokenizers", "huggingface_hub", "tqdm")


@pytest.fixture(scope="module")
def options(tiny: Path) -> tuple[str, ...]:
    return ("--model", str(tiny), "--device", "cpu")


def start(*args: object, stdin: int | None = None, stdout: int | None = None) -> subprocess.Popen[bytes]:
    def interruptible() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a background job would ignore it

    command = [str(COMMAND), *map(str, args)]
    return subprocess.Popen(
        command,
        env=ENVIRONMENT,
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        preexec_fn=interruptible,  # noqa: PLW1509
    )


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from annotator.cli import main; sys.argv = ['annotate', '--help']\n"
        "try: main()\n"
        f"finally: sys.exit(' '.join(m for m in {HEAVY} if m in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=ENVIRONMENT, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: annotate ")


def test_help_of_the_command() -> None:
    assert annotate_apart("--help") == annotate("--help")


def test_a_file_to_a_pipe_with_a_summary(options: tuple[str, ...]) -> None:
    run = annotate_apart(DE, *options)
    assert run.code == 0 and SUMMARY.fullmatch(run.err), run.err
    assert run.out == annotate(DE, *options).out


def test_a_pipe_to_a_pipe_is_quiet(options: tuple[str, ...]) -> None:
    run = annotate_apart(
        "-f", "jsonl", "--quiet", *options, stdin="Grüße aus Łódź 😀".encode(), PYTHONIOENCODING="ascii"
    )
    assert (run.code, run.err) == (0, "")
    assert json.loads(run.out)["text"] == "Grüße aus Łódź 😀"


def test_docbin_into_a_pipe_is_the_same_bytes_in_every_process(options: tuple[str, ...]) -> None:
    first, second = (annotate_apart(DE, "-f", "docbin", "-q", *options, PYTHONHASHSEED=seed) for seed in "12")
    assert (first.code, first.err) == (0, "")
    docs = DocBin().from_bytes(first.out).get_docs(spacy.blank("xx").vocab)
    assert [doc.text for doc in docs] == DE.read_text(encoding="utf-8").splitlines()
    assert first == second


def test_a_closed_pipe_ends_quietly(options: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_bytes(DE.read_bytes() * 300)
    process = start(tmp_path / "in.txt", "-q", *options, stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    assert process.stdout.readline().endswith(b"\n")
    process.stdout.close()
    said = process.stderr.read()
    assert (process.wait(300), said) == (0, b"")


@pytest.mark.parametrize(
    ("sent", "code", "says"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_an_interrupted_run_keeps_what_was_written_and_is_resumed(
    sent: signal.Signals, code: int, says: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    path, partial = tmp_path / "out.jsonl", tmp_path / "out.jsonl.partial"
    process = start("-o", path, *options, stdin=subprocess.PIPE)
    assert process.stdin is not None and process.stderr is not None
    process.stdin.write(b"Rom Bern\n" * 9_000)  # more than a chunk; then it waits for more
    process.stdin.flush()
    until = time.monotonic() + 300
    while not (partial.exists() and partial.stat().st_size):
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.1)
    process.send_signal(sent)
    said = process.stderr.read().decode()
    assert process.wait(300) == code
    assert sorted(p.name for p in tmp_path.iterdir()) == [".out.jsonl.journal", "out.jsonl.partial"]
    assert json.loads(partial.read_bytes().split(b"\n")[0])["text"] == "Rom Bern"
    assert said.strip() == f"annotate: {says}; what was written so far is in {partial}: continue with --resume"
    whole = annotate("-o", path, *options, "--resume", stdin=b"Rom Bern\n" * 9_000)
    assert whole.code == 0 and len(path.read_bytes().splitlines()) == 9_000


def test_a_bare_command_at_a_terminal_says_that_it_reads_it(options: tuple[str, ...]) -> None:
    ours, theirs = os.openpty()
    process = start(*options, "-f", "jsonl", stdin=theirs, stdout=subprocess.PIPE)
    os.close(theirs)
    os.write(ours, b"Rom\n\x04")  # Ctrl-D
    out, err = process.communicate(timeout=300)
    os.close(ours)
    assert process.returncode == 0 and json.loads(out)["text"] == "Rom"
    assert (
        err.decode().splitlines()[0] == "annotate: reading from the terminal; end with Ctrl-D, or see annotate --help"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_stdout_is_one_error(options: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        process = start(DE, "-q", *options, stdout=full.fileno())
    _, said = process.communicate(timeout=300)
    message = refused(Run(process.returncode, b"", said.decode()), 1)
    assert "stdout" in message and "No space left on device" in message


@pytest.mark.parametrize("closed", ["<&-", ">&-"])
def test_a_closed_stdin_or_stdout_is_no_traceback(closed: str, options: tuple[str, ...]) -> None:
    line = f'exec "$0" "$@" {closed}'
    done = subprocess.run(
        ["sh", "-c", line, str(COMMAND), "-q", *options],
        capture_output=True,
        env=ENVIRONMENT,
        check=False,
        input=b"Rom",
    )
    refused(Run(done.returncode, done.stdout, done.stderr.decode()), 1)


def test_an_input_that_fails_while_it_is_read_is_named(options: tuple[str, ...], tmp_path: Path) -> None:
    run = annotate_apart("/proc/self/mem", "-o", tmp_path / "out.conll", *options)
    says = "/proc/self/mem: cannot be read: Input/output error; skip such records with --on-error skip"
    assert refused(run, 1) == says


def test_errors_of_a_process(tmp_path: Path) -> None:
    odd = os.fsdecode(b"caf\xe9.txt")  # a name that is not UTF-8
    run = annotate_apart(odd)
    assert refused(run, 1) == "caf\\udce9.txt: no such file or folder"
    assert "Traceback" not in annotate_apart("--limit", "x").err


def test_packages_with_pipes_for_spacy_are_left_alone(tmp_path: Path) -> None:
    """Some of them import torch, which takes longer than all else."""
    about = tmp_path / "loud-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: loud\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[spacy_factories]\nloud = loud:make\n")
    (tmp_path / "loud.py").write_text("import sys\nprint('here I am', file=sys.stderr)\ndef make(nlp, name): ...\n")
    run = annotate_apart("--engine", "null", "-q", stdin=b"Rom\n", PYTHONPATH=str(tmp_path))
    assert run.code == 0 and run.err == "" and run.out == b"Rom\tO\n\n"
    code = "import spacy; spacy.blank('xx')"
    warned = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "here I am" in warned.stderr  # spaCy itself asks for them


def test_names_of_files_are_utf8_in_any_locale(tiny: Path, tmp_path: Path) -> None:
    path = tmp_path / "zürich.txt"
    path.write_text("Rom\n")
    options = ("--model", tiny, "--engine", "null", "-q", "-f", "jsonl")
    run = annotate_apart(path, *options, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (run.code, run.err) == (0, "")
    assert json.loads(run.out)["id"] == f"{path}:1"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "args",
    [
        ["stats", "GOLD"],
        ["validate", "GOLD"],
        ["view", "GOLD"],
        ["evaluate", "GOLD", "GOLD"],
        ["--version"],
        ["--help"],
        ["help"],
        ["models"],
    ],
)
def test_a_full_disk_behind_stdout_is_one_line(args: list[str], unbuffered: str) -> None:
    command = [str(COMMAND), *(str(SAMPLES / "gold.conll") if arg == "GOLD" else arg for arg in args)]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command,
            stdout=full,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT | {"PYTHONUNBUFFERED": unbuffered},
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == b"annotate: error: stdout: cannot be written: No space left on device\n"
