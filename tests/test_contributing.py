"""The recipes of CONTRIBUTING.md are carried out, each in a copy of the package."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.paths import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
# The heading of a recipe, what its command prints, and the file that its row goes to.
RECIPES = [
    ("Add an output format", r"\[PER .+?\]", "annotator/formats/__init__.py"),
    ("Add an engine", r"\tB-LOC\n", "annotator/engines/__init__.py"),
    ("Add a command", r"^\d+\n$", "annotator/cli/__init__.py"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("heading", "printed", "registry"), RECIPES)
def test_a_recipe_works_as_it_stands(heading: str, printed: str, registry: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "annotator", tmp_path / "annotator", ignore=shutil.ignore_patterns("__pycache__"))
    for inside in ("train", "models"):  # where an installation has them
        (tmp_path / "annotator" / inside).symlink_to(ROOT / inside)
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    blocks = [(found["info"], found["body"]) for found in BLOCK.finditer(section)]
    (module,) = (body for info, body in blocks if "file=" in info)
    (path,) = (info.partition("file=")[2] for info, _ in blocks if "file=" in info)
    (row,) = (body for info, body in blocks if "after=" in info)
    (anchor,) = (shlex.split(info.partition("after=")[2])[0] for info, _ in blocks if "after=" in info)
    (command,) = (body for info, body in blocks if "recipe=" in info)
    (tmp_path / path).write_text(module, encoding="utf-8")
    lines = (tmp_path / registry).read_text(encoding="utf-8").splitlines(keepends=True)
    (number,) = (number for number, line in enumerate(lines) if line.lstrip().startswith(anchor))
    lines.insert(number + 1, row)
    (tmp_path / registry).write_text("".join(lines), encoding="utf-8")
    assert registry in section
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    program, *arguments = shlex.split(command)
    assert program == "python"
    done = subprocess.run(
        [sys.executable, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.search(printed, done.stdout), done.stdout
