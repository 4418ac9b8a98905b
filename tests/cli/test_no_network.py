"""No command touches the network unless a name asks for it. Each runs as a process in which every attempt is noted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from annotator.cli import group
from support.cli_runs import Run, annotate, annotate_apart, refused
from support.forbidding import write_hook
from support.paths import SAMPLES
from support.pickles import pickled_copy
from support.trainings import GOLD, save_panx, write_conll

BOARD = (
    '{"systems": [{"name": "m", "runs": ["m"]}], "corpora": [{"name": "c", "language": "", "split": "c"}], '
    '"limit": null, "cells": [{"system": "m", "corpus": "c", "figure": {"f1": 1}, "precision": 1, "recall": 1}]}'
)
TRAINING = ("--base", "{tiny}", "--data", "{panx}", "--epochs", "1", "--sample", "4", "--output", "{new}/out")
# The arguments of every command.
COMMANDS = {
    "run": ("{new}/in.txt",),
    "view": ("{new}/in.txt",),
    "convert": ("{gold}", "{new}/gold.jsonl"),
    "validate": ("{gold}",),
    "status": ("{divided}",),
    "merge": ("{divided}", "{new}/merged.conll"),
    "stats": ("{gold}",),
    "evaluate": ("{gold}", "{gold}"),
    "calibrate": ("panx-mini", "{gold}", "--output", "{new}/calibrated"),
    "leaderboard": ("{tiny}", "--corpora", "{gold}", "--limit", "5", "--cache", "{new}/cache"),
    "select": ("{gold}", "--count", "3", "-o", "{new}/batch.jsonl"),
    "train run": ("--train", "{own}", "--epochs", "1", "--sample", "4", "--output", "{new}/out"),
    "train zero-shot": TRAINING,
    "train joint": TRAINING,
    "train all": TRAINING,
    "train learning-curve": ("--sizes", "4", *TRAINING),
    "train report": ("{results}",),
    "train trim": ("{tiny}", "--keep", "600", "--corpus", "{gold}", "--output", "{new}/small"),
    "models list": (),
    "models export": ("{tiny}", "--output", "{new}/exported"),
    "models import": ("{pickled}", "--output", "{new}/imported"),
    "models card": ("{card}", "{board}"),
    "doctor": (),
}


def names(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    """The commands of a group and of the groups in it."""
    if isinstance(command, click.Group):
        for name, one in command.commands.items():
            yield from names(one, (*path, name))
    else:
        yield " ".join(path)


def test_every_command_is_in_the_table() -> None:
    assert set(names(group)) == {*COMMANDS, "demo"}  # which runs until it is ended: tests/demo/test_page.py


@pytest.fixture(scope="module")
def places(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The inputs of the commands."""
    folder = tmp_path_factory.mktemp("inputs")
    write_hook(folder)
    (folder / "results").mkdir()
    assert annotate(SAMPLES / "de.txt", "--part", "1/1", "--engine", "null", "-o", f"{folder}/divided/").code == 0
    results = '{"name": "run", "base": "b", "trained_on": {}, "settings": {}, "dev": [], "test": {}, "seconds": 1.0}'
    (folder / "results" / "results.json").write_text(results)
    (folder / "model").mkdir()
    (folder / "model" / "config.json").write_text("{}")
    (folder / "board.json").write_text(BOARD)
    return {
        "tiny": str(tiny),
        "card": str(folder / "model"),
        "board": str(folder / "board.json"),
        "pickled": str(pickled_copy(tiny, folder / "pickled")),
        "gold": str(SAMPLES / "gold.conll"),
        "own": str(write_conll(folder / "own.conll", GOLD[:12])),
        "panx": str(save_panx(folder / "panx")),
        "results": str(folder / "results"),
        "divided": str(folder / "divided"),
        "site": str(folder),
    }


def run(command: str, places: dict[str, str], new: Path) -> tuple[Run, list[str]]:
    """A run of a command in which the network is forbidden, and its attempts to use it."""
    (new / "in.txt").write_text("Rom\n")
    arguments = [argument.format(**places, new=new) for argument in command.split()]
    variables = {"HF_HUB_OFFLINE": "0", "HF_DATASETS_OFFLINE": "0", "TRANSFORMERS_OFFLINE": "0", "HF_HOME": str(new)}
    python_path = os.pathsep.join(filter(None, (places["site"], os.environ.get("PYTHONPATH"))))
    attempts = new / "attempts"
    done = annotate_apart(*arguments, stdin=b"", ATTEMPTS=str(attempts), PYTHONPATH=python_path, **variables)
    return done, attempts.read_text().splitlines() if attempts.exists() else []


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_touches_the_network(command: str, places: dict[str, str], tmp_path: Path) -> None:
    done, attempts = run(" ".join([command, *COMMANDS[command]]), places, tmp_path)
    assert (done.code, attempts) == (0, []), done.err


@pytest.mark.slow
@pytest.mark.parametrize(
    "asking",
    [
        "{new}/in.txt --model someone/some-model",
        "hf://datasets/someone/texts/in.txt",
        "train run --train {own} --base someone/some-model --output {new}/out",
        "train run --train de --output {new}/out",
    ],
)
def test_a_name_that_asks_for_it_does(asking: str, places: dict[str, str], tmp_path: Path) -> None:
    """Without this, a hook that notes nothing would pass all other tests."""
    done, attempts = run(asking, places, tmp_path)
    assert attempts and done.code == 1
    assert "Traceback" not in done.err and done.err.splitlines()[-1].startswith("annotate: error: ")
    assert asking.startswith(("{new}", "train run --train {own}")) or refused(done, 1)
