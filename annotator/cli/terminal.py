"""What the commands print: data and reports on stdout, everything else on stderr."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from annotator.display import one_line
from annotator.files.sinks import open_sink


def print_text(text: str) -> None:
    """Print a text and a line end on stdout. Raises AnnotatorError if stdout cannot be written."""
    with open_sink(None) as sink:
        sink.write(f"{text}\n".encode("utf-8", "backslashreplace"))


def say(text: str) -> None:
    """Print a line on stderr, with line ends and control characters in it as escapes."""
    click.echo(f"annotate: {one_line(text)}", err=True)


def warn(text: str) -> None:
    """Print a warning on stderr."""
    say(f"warning: {text}")


def say_how_to_end(inputs: Sequence[str], quiet: bool) -> None:
    """Say on stderr, unless `quiet`, that stdin is read if it is a terminal: the command would seem to hang.

    No inputs stand for stdin, and for someone who may not know the command.
    """
    if not quiet and "-" in (inputs or "-") and sys.stdin and sys.stdin.isatty():
        say("reading from the terminal; end with Ctrl-D" + ("" if inputs else ", or see annotate --help"))
