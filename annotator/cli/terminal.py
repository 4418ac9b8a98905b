"""What the commands print: data and reports on stdout, everything else on stderr."""

from __future__ import annotations

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
