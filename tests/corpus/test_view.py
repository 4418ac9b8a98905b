"""`annotate view`: entities in the terminal and as a page, whatever the text holds."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from annotator.corpus.view import render
from annotator.display import CONTROLS, colour, visible
from annotator.document import Document, Entity, Origin
from support.cli_runs import COMMAND, ENVIRONMENT, annotate, refused
from support.paths import SAMPLES

HOSTILE = "\x1b[2J\x1b]0;title\x07 [bold red]Bern[/] \u202e\x9b31m <b onclick='x'>&amp; z\x00"


def document(text: str, *entities: Entity, id: str = "d1") -> Document:
    return Document(id, text, Origin("file", 1), entities=entities)


def shown(*documents: Document, scores: bool = False, **options: object) -> str:
    """What a console with these options shows."""
    return "".join(render(documents, Console(**{"width": 80, **options}), scores))  # type: ignore[arg-type]


def test_without_colours_entities_are_in_brackets() -> None:
    merkel = document("Angela Merkel besuchte Paris.", Entity(0, 13, "PER", 0.987), Entity(23, 28, "LOC"))
    assert shown(merkel) == "d1\n[Angela Merkel PER] besuchte [Paris LOC].\n\n[LOC 1] [PER 1] 1 document\n"
    assert "[Angela Merkel PER 0.99] besuchte [Paris LOC]." in shown(merkel, scores=True)
    assert shown(document("Nichts.")) == "d1\nNichts.\n\nno entities, 1 document\n"


def test_colours_are_those_of_the_labels() -> None:
    text = shown(document("Bern", Entity(0, 4, "LOC")), force_terminal=True, color_system="truecolor")
    line = next(line for line in text.splitlines() if "Bern" in line)
    (background,) = {
        str(span.style).partition(" on ")[2] for span in Text.from_ansi(line).spans if "on" in str(span.style)
    }
    assert background == colour("LOC") == "#ff9561"
    assert Text.from_ansi(line).plain == " Bern LOC "


def test_no_control_character_of_a_text_reaches_the_terminal() -> None:
    entities = Entity(0, 3, "\x1b[31mX"), Entity(HOSTILE.index("\u202e"), 60, "LOC")
    hostile = document(HOSTILE, *entities, id="\x1b[31m[red]id")
    text = shown(hostile)
    assert not CONTROLS.search(text.replace("\n", "")) and "[bold red]Bern[/]" in text
    assert r"\x1b]0;title\x07" in text and r"\u202e\x9b31m" in text
    coloured = shown(hostile, force_terminal=True, color_system="truecolor")
    assert set(re.findall(r"\x1b(.*?m)", coloured)) <= set(re.findall(r"\x1b(\[[\d;]*m)", coloured))
    assert not CONTROLS.search(re.sub(r"\x1b\[[\d;]*m|\n", "", coloured))


@given(st.text(), st.text(min_size=1))
def test_a_text_is_shown_whole(text: str, label: str) -> None:
    entities = (Entity(0, len(text) // 2, label, 0.5),) if len(text) > 1 else ()
    one = document(text, *entities)
    plain = shown(one)
    assert plain.encode() and not CONTROLS.search(re.sub(r"[\n\t]", "", plain))
    middle = len(text) // 2 if entities else 0
    assert visible(text[middle:]).expandtabs() in plain.expandtabs() or "\t" in text


def test_view_reads_every_format(tmp_path: Path) -> None:
    run = annotate("view", SAMPLES / "gold.conll", "--limit", 2)
    assert (run.code, run.err) == (0, "")
    assert b"[Robert Koch PER] entdeckte 1882 in [Berlin LOC]" in run.out and b"2 documents" in run.out
    record = {"text": "Ulm", "ents": [{"start": 0, "end": 3, "label": "LOC", "text": "Ulm", "score": 0.5}]}
    piped = annotate("view", "-", "--input-format", "jsonl", "--scores", stdin=json.dumps(record).encode())
    assert b"[Ulm LOC 0.50]" in piped.out
    assert b"no entities, 12 documents" in annotate("view", SAMPLES / "de.txt").out


def test_view_writes_pages_and_files(tmp_path: Path) -> None:
    args = ("view", SAMPLES / "gold.conll", "--limit", 3)
    run = annotate(*args, "-o", tmp_path / "a.html")
    assert (run.code, run.out, run.err) == (0, b"", "")
    assert (tmp_path / "a.html").read_bytes() == annotate(*args, "-f", "html").out
    assert annotate(*args, "-o", tmp_path / "a.txt").code == 0
    assert (tmp_path / "a.txt").read_bytes() == annotate(*args).out
    assert "exists already" in refused(annotate(*args, "-o", tmp_path / "a.html"), 1)
    assert annotate(*args, "-o", tmp_path / "a.html", "--force", "-f", "terminal").code == 0
    assert (tmp_path / "a.html").read_bytes().startswith(b"/")


@pytest.mark.parametrize(
    ("args", "code", "what"),
    [
        ([SAMPLES / "de.txt", "-f", "htlm"], 2, "unknown format 'htlm': did you mean html? There are terminal, html"),
        (["nowhere.conll"], 1, "nowhere.conll: no such file"),
        (
            [SAMPLES / "articles.jsonl", "--text-field", "txt"],
            1,
            "): name the field with the text by --text-field",
        ),
    ],
)
def test_what_cannot_be_shown(args: list[object], code: int, what: str) -> None:
    assert what in refused(annotate("view", *args), code)


@pytest.mark.parametrize(("limit", "paged"), [(1, False), (50, True)])
def test_a_pager_only_where_the_screen_is_too_small(limit: int, paged: bool, tmp_path: Path) -> None:
    """In a pseudo-terminal of 24 lines, with a pager that says that it was called."""
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\necho PAGED\ncat\n")
    pager.chmod(0o755)
    ours, theirs = pty.openpty()
    variables = {"PAGER": str(pager), "LINES": "24", "COLUMNS": "80", "TERM": "xterm-256color"}
    command = [str(COMMAND), "view", str(SAMPLES / "gold.conll"), "--limit", str(limit)]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, env=ENVIRONMENT | variables) as process:
        os.close(theirs)
        text = b""
        try:
            while part := os.read(ours, 65536):
                text += part
        except OSError:  # Linux raises this when the other side is closed
            pass
    os.close(ours)
    assert process.returncode == 0
    assert (b"PAGED" in text) == paged and text.count(b"gold.conll:") == limit
    assert f"{limit} document".encode() in text
    assert (b"\x1b[" in text) != paged or paged  # a pager that is not less gets no colours
