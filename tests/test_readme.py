"""Every command and Python block of the README, run; what it shows is what comes out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, SAMPLES

README = (ROOT / "README.md").read_text(encoding="utf-8")
# In order: (language, text) of each fenced block.
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
# These make environments: CI runs `make lint test` itself, and `make demo` differs by its last line only.
INSTALLING = ("make ", "pip ")
COMMANDS = [
    line.partition("#")[0].strip()
    for language, text in BLOCKS
    if language == "bash"
    for line in text.splitlines()
    if line.strip() and not line.startswith(INSTALLING)
]


def after(language: str, text: str) -> str:
    """The block that follows the first one of this language that holds `text`."""
    at = next(i for i, block in enumerate(BLOCKS) if block[0] == language and text in block[1])
    return BLOCKS[at + 1][1]


def shell(command: str, folder: Path) -> str:
    scripts = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "samples").symlink_to(SAMPLES)
    return tmp_path


def test_there_are_commands() -> None:
    assert len(COMMANDS) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_commands_work(command: str, folder: Path) -> None:
    output = shell(command, folder)
    if "printf" in command:
        assert output == after("bash", command)


@pytest.mark.slow
def test_python_prints_what_is_shown(folder: Path) -> None:
    (program,) = [text for language, text in BLOCKS if language == "python"]
    (folder / "program.py").write_text(program, encoding="utf-8")
    assert shell(f"{sys.executable} program.py", folder) == after("python", "Annotator")


@pytest.mark.parametrize("target", re.findall(r"\]\((?!http)([^)#]+)", README))
def test_links_lead_somewhere(target: str) -> None:
    assert (ROOT / target).is_file()
