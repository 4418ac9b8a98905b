"""Every command and Python block of README and docs, run; what a page shows is what comes out.

Blocks of `sh`, `bash` and `python` are run in the order of the page, in one folder that has `samples/`. If the next
block is none of these, it shows what the last one prints, with `...` for anything. A block that cannot run here is
marked `sh no-run`.
"""

from __future__ import annotations

import doctest
import io
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import pytest

from annotator.cli import group
from annotator.pipeline import Recipe
from support.cli_runs import COMMAND, ENVIRONMENT, annotate
from support.paths import ROOT, SAMPLES

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
# The commands of all pages share the models they load.
loaded = cache(Recipe.load)
SHELL = ("sh", "bash")
RUN = (*SHELL, "python")
LIKE_COMMANDS = re.compile(r"^(\$ )?(annotate|python|pip|make|printf|cat) ", re.MULTILINE)
# These create environments, which CI does itself.
INSTALLING = ("make ", "pip ")
# A command with one of these needs a real shell.
SYNTAX = re.compile(r"[$;&(`<]|\|\||>>|2>")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: where it begins, what its fence says, what it holds; and what it prints, if that is shown."""

    page: Path
    line: int
    kind: str
    text: str
    printed: str | None = None

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """The blocks to run, with what they print."""
    text = page.read_text(encoding="utf-8")
    found = [Block(page, text.count("\n", 0, m.start()) + 1, m["kind"], m["text"]) for m in FENCE.finditer(text)]
    for block, after in pairwise([*found, Block(page, 0, "sh", "")]):
        if block.kind in RUN:
            shown = after.kind.split(" ")[0] not in RUN
            yield Block(page, block.line, block.kind, block.text, after.text if shown else None)


def commands(text: str) -> Iterator[tuple[str, int]]:
    """The commands of a block, each with the exit code that a comment on its line announces (`# exit 1`)."""
    for line in text.replace("\\\n", " ").splitlines():
        command, _, comment = line.partition(" #")
        if command.strip() and not command.startswith(("#", *INSTALLING)):
            announced = re.search(r"exit (\d+)", comment)
            yield command.strip(), int(announced[1]) if announced else 0


def run_shell(command: str, code: int) -> bytes:
    """What a command prints. `annotate` runs in this process, which is faster, also in a pipeline with others."""
    if SYNTAX.search(command) or "annotate " not in command:
        return real_shell(command, code)
    words = shlex.shlex(command, posix=True, punctuation_chars="|>")
    words.whitespace_split = True
    stages: list[list[str]] = [[]]
    for word in words:
        if word == "|":
            stages.append([])
        else:
            stages[-1].append(word)
    target = None
    if ">" in stages[-1]:
        target = stages[-1].pop()
        stages[-1].pop()
    passed = b""
    for number, stage in enumerate(stages, start=1):
        if stage[0] == "annotate":
            run = annotate(*expanded(stage[1:]), stdin=passed)
            assert run.code == (code if number == len(stages) else 0), (command, run)
            passed = run.out
        else:
            passed = real_shell(shlex.join(expanded(stage)), 0, passed)
    if target is None:
        return passed
    Path(target).write_bytes(passed)
    return b""


def expanded(words: list[str]) -> list[str]:
    """The words with globs that match replaced by the names of files."""
    return [name for word in words for name in (sorted(map(str, Path().glob(word))) or [word])]


def real_shell(command: str, code: int, stdin: bytes = b"") -> bytes:
    path = {"PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", command], input=stdin, capture_output=True, env=ENVIRONMENT | path, check=False
    )
    assert done.returncode == code, (command, done.stderr.decode())
    return done.stdout


def run_python(block: Block, names: dict[str, Any]) -> str:
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(block.text, str(block), "exec"), names)
    return printed.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_shows_is_what_comes_out(
    page: Path, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("annotator.train.experiments.OWN_BASE", str(tiny))  # a training would take minutes otherwise
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(Recipe, "load", loaded)
    (tmp_path / "samples").symlink_to(SAMPLES)
    names: dict[str, Any] = {"__name__": "page"}
    check = doctest.OutputChecker().check_output
    for block in blocks(page):
        if block.kind in SHELL:
            printed = b"".join(run_shell(*command) for command in commands(block.text)).decode()
        else:
            printed = run_python(block, names)
        if block.printed is not None:
            assert check(block.printed, printed, doctest.ELLIPSIS), f"{block} prints\n{printed}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_say_that_they_are(page: Path) -> None:
    """A block that looks like commands but is not marked as such would never be run."""
    for fence in FENCE.finditer(page.read_text(encoding="utf-8")):
        kind = fence["kind"]
        if kind.split(" ")[0] in RUN:
            assert kind in RUN or kind.split(" ")[1:] == ["no-run"], f"{page.name}: what is ```{kind}?"
        else:
            assert not re.search(r"^(\$ )?(annotate|python|pip|make|printf|cat) ", fence["text"], re.MULTILINE), fence[
                0
            ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def paths(command: click.Command, path: str = "annotate") -> Iterator[str]:
    if isinstance(command, click.Group):
        for name, one in command.commands.items():
            yield from paths(one, f"{path} {name}")
    elif path not in ("annotate run", "annotate models list"):  # which nobody types
        yield path


@pytest.mark.parametrize("path", list(paths(group)))
def test_every_command_is_documented(path: str) -> None:
    assert any(path in page.read_text(encoding="utf-8") for page in PAGES)


def test_the_shell_of_these_tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = "# no command\npip install x\nannotate view a.txt > b.txt   # writes it\nannotate view no.txt # exit 1\n"
    assert list(commands(text)) == [("annotate view a.txt > b.txt", 0), ("annotate view no.txt", 1)]
    (tmp_path / "a.txt").write_text("Bern\n")
    assert b"".join(run_shell(*command) for command in commands(text)) == b""
    assert b"Bern" in (tmp_path / "b.txt").read_bytes()
    assert run_shell("printf 'x y\\n' | annotate view - | grep y", 0) == run_shell("echo $(echo x y)", 0) == b"x y\n"
    assert run_shell("annotate view *.txt | head -n 1", 0) == b"a.txt:1\n"
    with pytest.raises(AssertionError):
        run_shell("annotate view no.txt", 0)
