"""Options that commands share, as decorators: the command gets the values that they stand for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click

from annotator.errors import UsageError
from annotator.formats import FORMATS
from annotator.formats.base import ON_ERROR, SPLITS, ReadOptions, WriteOptions

Command = Callable[..., None]
REJECTED = 3  # the exit code where records were skipped


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


def error_options(command: Command) -> Command:
    """What to do at records that cannot be read. The command gets `on_error`, one of ON_ERROR, and `rejects`."""
    options = [
        click.option(
            "--on-error", type=click.Choice(ON_ERROR), default="fail", show_default=True, help="At a bad record."
        ),
        click.option(
            "--rejects", type=click.Path(path_type=Path), help="File for bad records.  [default: OUT.rejects.jsonl]"
        ),
    ]

    @wraps(command)
    def with_options(on_error: str, rejects: Path | None, **others: Any) -> None:
        if rejects and on_error != "skip":
            raise UsageError("--rejects is for the records that are skipped: add --on-error skip")
        command(on_error=on_error, rejects=rejects, **others)

    return _with(options, with_options)


def model_options(command: Command) -> Command:
    """Options of the model and what it computes on. The command gets `recipe`, the arguments of Annotator.load."""
    options = [
        click.option("--model", default="panx-mini", show_default=True, help="Known name, folder or Hub name."),
        click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:N, cuda:all or mps."),
        click.option(
            "--engine", default="auto", show_default=True, help="auto, torch, onnx or null, which tags nothing."
        ),
        click.option("--precision", default="auto", show_default=True, help="auto, exact, bf16 or int8."),
        click.option("--batch-tokens", type=click.IntRange(min=1), help="Piece slots a batch.  [default: by device]"),
        click.option("--lang", default="xx", show_default=True, help="Language of the text, for words and sentences."),
        click.option("--labels", metavar="A,B", help="Keep only entities with these labels."),
        click.option("--min-score", type=click.FloatRange(0, 1), default=0.0, help="Keep only entities that score so."),
    ]

    @wraps(command)
    def with_options(labels: str | None, **others: Any) -> None:
        names = ("model", "device", "engine", "precision", "batch_tokens", "lang", "min_score")
        kept = tuple(label.strip() for label in labels.split(",")) if labels else None
        recipe = {name: others.pop(name) for name in names}
        command(recipe={**recipe, "labels": kept}, **others)

    return _with(options, with_options)


def _with(options: Sequence[Callable[[Any], Any]], command: Command) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
