"""Draws docs/annotate.svg: a command and what it printed, from a real run.

python docs/picture.py
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

TEXT = "Emmanuel Macron hat Angela Merkel nach Paris eingeladen.\n"
COLOURS = {"PER": "bold magenta", "ORG": "bold yellow", "LOC": "bold green"}

annotate = Path(sys.executable).with_name("annotate")
conll = subprocess.run([annotate, "-q"], input=TEXT, capture_output=True, text=True, check=True).stdout

console = Console(record=True, width=80, file=sys.stderr)
console.print(Text.assemble(("$ ", "bold blue"), f"echo '{TEXT.strip()}' | annotate"))
for line in conll.splitlines():
    word, _, tag = line.partition("\t")
    console.print(Text.assemble(f"{word:<14}", (tag, COLOURS.get(tag[2:], "dim"))))
svg = re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title="annotate"), flags=re.DOTALL)  # nothing fetched
Path(__file__).with_name("annotate.svg").write_text(svg, encoding="utf-8")
