"""Draws the pictures of the README from real runs: docs/view.svg (a terminal) and docs/page.png (a page of HTML).

python docs/picture.py      # page.png needs Chromium
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

DOCS = Path(__file__).parent
COLUMNS = 80
# Without zh and ja in the terminal: the SVG gives wide characters one column.
TERMINAL = ("head -qn1 samples/[dfir]*.txt | annotate -q -o names.jsonl", "annotate view names.jsonl")
PAGE = "head -qn1 samples/??.txt | annotate -q -f jsonl | annotate view - --input-format jsonl -o page.html"
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


def shell(command: str, folder: str) -> str:
    """What a command prints on a terminal of 16 million colours."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    terminal = {"FORCE_COLOR": "1", "COLORTERM": "truecolor", "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
    environment = os.environ | terminal | {"PATH": path, "LINES": "100"}
    return subprocess.run(
        command, shell=True, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, check=True
    ).stdout


def draw(folder: str) -> None:
    """Run the commands in a folder and draw what they give."""
    (Path(folder) / "samples").symlink_to(DOCS.parent / "samples")
    console = Console(record=True, width=COLUMNS, file=sys.stderr)
    for command in TERMINAL:
        console.print(Text.assemble(("$ ", "bold blue"), command))
        console.print(Text.from_ansi(shell(command, folder)), end="")
    svg = re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title="annotate"), flags=re.DOTALL)  # nothing fetched
    (DOCS / "view.svg").write_text(svg, encoding="utf-8")
    shell(PAGE, folder)
    if BROWSER:
        shot = [BROWSER, "--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=760,578"]
        shot += [f"--screenshot={DOCS / 'page.png'}", f"file://{folder}/page.html"]
        subprocess.run(shot, check=True, stderr=subprocess.DEVNULL)  # it complains of a desktop that is not there


with TemporaryDirectory() as temporary:
    draw(temporary)
