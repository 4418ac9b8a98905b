"""Options that commands share, as decorators: the command gets the values that they stand for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import click

from ..formats import FORMATS
from ..readers import SPLITS, ReadOptions
from ..writers import WriteOptions

Command = Callable[..., None]


def input_options(flag: str = "--input-format") -> Callable[[Command], Command]:
    """Options of inputs. The command gets `input_format`, a name or None, and `read_options`."""
    options = [
        click.option(flag, "input_format", metavar="NAME", help="Format to read.  [default: by suffix, else text]"),
        click.option("--text-field", default="text", show_default=True, help="Field of a record that holds its text."),
        click.option("--id-field", default="id", show_default=True, help="Field of a record that holds its id."),
        click.option(
            "--split", type=click.Choice(SPLITS), default="line", show_default=True,
            help="What of plain text is a document.",
        ),
    ]  # fmt: skip

    def decorate(command: Command) -> Command:
        @wraps(command)
        def with_options(text_field: str, id_field: str, split: str, **others: Any) -> None:
            command(read_options=ReadOptions(text_field, id_field, split), **others)

        return _with(options, with_options)

    return decorate


def output_options(command: Command) -> Command:
    """Options of how an output is written. The command gets `write_options` and `force`."""
    options = [
        click.option("--style", metavar="NAME", help=f"Of JSON Lines: {', '.join(FORMATS['jsonl'].styles)}."),
        click.option("--docstart", is_flag=True, help="Mark where documents begin, in CoNLL."),
        click.option("--force", is_flag=True, help="Replace an output that exists."),
    ]

    @wraps(command)
    def with_options(style: str | None, docstart: bool, **others: Any) -> None:
        command(write_options=WriteOptions(docstart=docstart, style=style), **others)

    return _with(options, with_options)


def _with(options: Sequence[Callable[[Any], Any]], command: Command) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
