"""What the commands say on stderr; stdout is for data."""

from __future__ import annotations

import click


def say(text: str) -> None:
    """Print a line on stderr."""
    click.echo(f"annotate: {text}", err=True)


def warn(text: str) -> None:
    """Print a warning on stderr."""
    say(f"warning: {text}")
