"""The command line about itself: help, versions, completion, and suggestions for mistyped names."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import annotator.train
import click
import pytest

from annotator import __version__
from annotator.cli import group
from support.cli_runs import COMMAND, ENVIRONMENT, annotate, refused
from support.paths import SAMPLES
from support.trainings import save_panx


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with its path, groups included."""
    yield path, command
    if isinstance(command, click.Group):
        for name, one in command.commands.items():
            yield from commands(one, (*path, name))


COMMANDS = dict(commands(group))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_ends_with_an_example_that_parses(path: tuple[str, ...]) -> None:
    run = annotate(*path, "--help")
    assert (run.code, run.err) == (0, "")
    epilog = COMMANDS[path].epilog or ""
    examples = [line.strip().removeprefix("Example: ") for line in epilog.splitlines() if "annotate " in line]
    assert examples and examples[-1] in " ".join(run.out.decode().split())
    for example in examples:
        arguments = example.partition("annotate ")[2].split(" > ")[0].split()
        context = group.make_context("annotate", arguments, resilient_parsing=False)
        name, command, rest = group.resolve_command(context, [*context._protected_args, *context.args])
        while isinstance(command, click.Group):
            inner = command.make_context(name, rest, parent=context)
            name, command, rest = command.resolve_command(inner, [*inner._protected_args, *inner.args])
        command.make_context(name, rest, parent=context)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from annotator.cli import group\n"
        "group.main(['--help'], prog_name='annotate', standalone_mode=False)\n"
        "print(*[name for name in sys.modules if '.' not in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=ENVIRONMENT, check=True)
    heavy = {"torch", "transformers", "spacy", "pyarrow", "pandas", "numpy", "rich", "onnxruntime", "tokenizers"}
    assert heavy.isdisjoint(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_version_names_what_computes(option: str) -> None:
    line = annotate(option).out.decode()
    assert line.startswith(f"annotate {__version__} (model panx-mini, torch {version('torch')}, ")
    assert f"transformers {version('transformers')}, onnxruntime " in line and line.count("\n") == 1


@pytest.mark.parametrize(
    ("args", "what"),
    [
        (["evaluat", "a", "b"], "no file and no command evaluat (did you mean evaluate?): see annotate --help"),
        (["modles"], "no file and no command modles (did you mean models?): see annotate --help"),
        (["train", "lerning-curve"], "command lerning-curve (did you mean learning-curve?): see annotate train --help"),
        (["a.txt", "--formt", "jsonl"], "no option --formt (did you mean --format?): see annotate run --help"),
        (["evaluate", "a", "b", "--jsn"], "no option --jsn (did you mean --json?): see annotate evaluate --help"),
    ],
)
def test_the_nearest_name_is_suggested_for_a_mistyped_one(args: list[str], what: str) -> None:
    run = annotate(*args)
    assert refused(run, 2).endswith(what)


@pytest.mark.parametrize("args", [["-v"], ["a.txt", "-v"], ["stats", "a.txt", "-V"], ["a.txt", "--version"]])
def test_options_that_other_programs_have_are_refused_with_what_is_here(args: list[str]) -> None:
    said = refused(annotate(*args), 2)
    assert said.startswith(f"there is no option {args[-1]} here: annotate -V shows the versions")


@pytest.mark.parametrize("option", ["--no-such", "--versio"])
def test_nothing_is_suggested_for_what_resembles_nothing(option: str) -> None:
    assert refused(annotate("a.txt", option), 2) == f"there is no option {option}: see annotate run --help"


@pytest.mark.parametrize(("args", "command"), [([], []), (["convert"], ["convert"]), (["nothing"], [])])
def test_help_may_be_asked_for_without_dashes(args: list[str], command: list[str]) -> None:
    run = annotate("help", *args)
    assert (run.code, run.err, run.out) == (0, "", annotate(*command, "--help").out)


def test_a_file_may_have_a_name_like_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").write_text("")
    assert annotate("model", "--quiet", "--engine", "null").code == 0


def completed(words: str) -> list[str]:
    """What bash offers for the last of these words, by the script that the documentation installs."""
    script = (
        'eval "$(_ANNOTATE_COMPLETE=bash_source annotate)"; '
        f"COMP_WORDS=({words}); COMP_CWORD={len(words.split()) - 1}; "
        '_annotate_completion annotate; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    path = {"PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, env=ENVIRONMENT | path, cwd=SAMPLES.parent, check=True
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("annotate ev", ["evaluate"]),
        ("annotate evaluate --fail", ["--fail-under"]),
        ("annotate samples/de", []),  # nothing of ours: bash then completes the names of files
    ],
)
def test_bash_completes(words: str, offered: list[str]) -> None:
    assert completed(words) == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_made(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_ANNOTATE_COMPLETE", f"{shell}_source")
    assert b"annotate" in annotate().out


def test_a_missing_extra_names_its_install_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "accelerate", None)
    for module in [name for name in sys.modules if name.startswith("annotator.train.")]:
        monkeypatch.delitem(sys.modules, module)
        # Otherwise `from annotator.train import ...` would not import it again.
        monkeypatch.delattr(annotator.train, module.rpartition(".")[2], raising=False)
    run = annotate("train", "run", "--train", "de", "--data", save_panx(tmp_path), "--output", tmp_path / "out")
    assert refused(run, 1) == "this needs accelerate: pip install 'annotate-ner[train]'"
