"""Options that commands share, as decorators."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click

from annotator.engines import ENGINES
from annotator.engines.base import DEVICES, PRECISIONS
from annotator.errors import UsageError
from annotator.files.uris import check_local, is_uri
from annotator.formats import FORMATS, INPUTS, OUTPUTS
from annotator.formats.base import (
    MAX_RECORD,
    ON_ERROR,
    SPLITS,
    TEXT_FIELD,
    UNBOUNDED,
    ReadOptions,
    WriteOptions,
    in_units,
)
from annotator.prepare.markup import MARKUP

Command = Callable[..., None]
Decorator = Callable[[Command], Command]
_BYTES = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}
REJECTED = 3  # the exit code of a command that skipped records


class LocalPath(click.Path):
    """A path to write to. A URI is a UsageError, because outputs are local."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path."""
        check_local(value)
        return super().convert(value, param, ctx)


class OutputPath(LocalPath):
    """A path to write to, or a URI."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path or the URI."""
        return value if is_uri(value) else super().convert(value, param, ctx)


class Size(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click only
    """A number of bytes, such as `64MB` or `64000000`."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number of bytes."""
        found = re.fullmatch(r"(\d{1,15})\s*([kmg]?b)?", str(value).strip().lower(), re.ASCII)
        if not found or not int(found[1]):
            self.fail(f"{value!r} is not a size: write it as 64MB, 1GB or a number of bytes", param, ctx)
        return min(int(found[1]) * _BYTES[found[2] or "b"], UNBOUNDED)


lang_option: Decorator = click.option(
    "--lang", default="xx", show_default=True, help="Language of the text, for its words and sentences."
)
force_option: Decorator = click.option("--force", is_flag=True, help="Replace an output that exists.")
json_option: Decorator = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
limit_option: Decorator = click.option(
    "--limit", type=click.IntRange(min=0), metavar="N", help="Stop after this many documents."
)
quiet_option: Decorator = click.option(
    "-q", "--quiet", is_flag=True, help="Show only warnings and errors on stderr, no progress and no summary."
)
# `--from` and `--to` are other names of `--input-format` and `--format`, in every command that has these.
INPUT_FORMAT = ("--input-format", "--from", "input_format")
FORMAT = ("-f", "--format", "--to", "format")


def device_option(command: Command) -> Command:
    """The device of a model, `device`."""
    return click.option(
        "--device", metavar=f"[{'|'.join(DEVICES)}]", default="auto", show_default=True, help="Device of the model."
    )(command)


def format_option(default: str) -> Decorator:
    """The format of an output, `format`; `default` says which it is if none is named."""
    return click.option(
        *FORMAT, metavar="NAME", help=f"Format of the output: {', '.join(OUTPUTS)}.  [default: {default}]"
    )


def input_options() -> Decorator:
    """How inputs are read. The command gets `input_format`, a name or None, and `read_options`."""
    options: list[Decorator] = [
        click.option(
            *INPUT_FORMAT, metavar="NAME",
            help=f"Format of the input: {', '.join(INPUTS)}.  [default: by suffix, else text]",
        ),
        click.option(
            "--text-field", default=TEXT_FIELD, metavar="NAME",
            help="Field of a record that holds its text.  [default: text, or a table's only column of strings]",
        ),
        click.option(
            "--id-field", default="id", show_default=True, metavar="NAME",
            help="Field of a record that holds its id.",
        ),
        click.option(
            "--split", type=click.Choice(SPLITS), default="line", show_default=True,
            help="Unit of text that becomes a document.",
        ),
        click.option(
            "--max-record", type=Size(), default=in_units(MAX_RECORD).replace(" ", ""), show_default=True,
            help="Size that a record may have, decompressed; larger ones are records that cannot be read.",
        ),
    ]  # fmt: skip

    def decorate(command: Command) -> Command:
        @wraps(command)
        def with_options(text_field: str, id_field: str, split: str, max_record: int, **others: Any) -> None:
            command(read_options=ReadOptions(text_field, id_field, split, max_record=max_record), **others)

        return _with(options, with_options)

    return decorate


def output_options(command: Command) -> Command:
    """How an output is written. The command gets `write_options` and `force`."""
    options: list[Decorator] = [
        click.option(
            "--style", metavar="NAME",
            help=f"Style of JSON Lines: {', '.join(FORMATS['jsonl'].styles)}.  [default: our own]",
        ),
        click.option("--docstart", is_flag=True, help="Mark in CoNLL where each document begins."),
        force_option,
    ]  # fmt: skip

    @wraps(command)
    def with_options(style: str | None, docstart: bool, **others: Any) -> None:
        command(write_options=WriteOptions(docstart=docstart, style=style), **others)

    return _with(options, with_options)


def error_options(command: Command) -> Command:
    """What to do about records that cannot be read. The command gets `on_error`, one of ON_ERROR, and `rejects`."""
    options: list[Decorator] = [
        click.option(
            "--on-error", type=click.Choice(ON_ERROR), default="fail", show_default=True,
            help="What to do about a record that cannot be read.",
        ),
        click.option(
            "--rejects", type=LocalPath(path_type=Path), metavar="FILE",
            help="File for skipped records.  [default: OUTPUT.rejects.jsonl]",
        ),
    ]  # fmt: skip

    @wraps(command)
    def with_options(on_error: str, rejects: Path | None, **others: Any) -> None:
        if rejects and on_error != "skip":
            raise UsageError("a file of rejects is only for skipped records", "add {on_error} skip")
        command(on_error=on_error, rejects=rejects, **others)

    return _with(options, with_options)


def spread_options(command: Command) -> Command:
    """How a run is spread over workers. The command gets `spread`."""
    options: list[Decorator] = [
        click.option(
            "--part", metavar="I/N|auto|auto/N",
            help="Do every N-th unit of the input; auto takes I, and N in Slurm, from the environment.",
        ),
        click.option(
            "--unit-size", type=Size(), help="Bytes of a unit: larger files are divided.  [default: 64MB]"
        ),
        click.option("--on", metavar="ray[://HOST:PORT]", help="Let the workers of a Ray cluster do the units."),
        click.option("--replicas", type=click.IntRange(min=1), default=1, metavar="N", help="Workers on Ray."),
        click.option(
            "--gpus-per-replica", type=click.FloatRange(min=0), default=0.0, metavar="N", help="GPUs of each of them."
        ),
    ]  # fmt: skip

    @wraps(command)
    def with_options(
        part: str | None, unit_size: int | None, on: str | None, replicas: int, gpus_per_replica: float, **others: Any
    ) -> None:
        from annotator.units.spread import Spread

        command(spread=Spread(part, unit_size, on, replicas, gpus_per_replica), **others)

    return _with(options, with_options)


def model_options(command: Command) -> Command:
    """The model and what it computes on. The command gets `recipe`, from which the annotator is loaded."""
    options: list[Decorator] = [
        click.option(
            "--model", default="panx-mini", show_default=True, help="Known name, checkpoint folder or Hub name."
        ),
        device_option,
        click.option(
            "--engine", type=click.Choice(ENGINES), default="auto", show_default=True,
            help="What computes the scores; null tags nothing.",
        ),
        click.option(
            "--precision", type=click.Choice(PRECISIONS), default="auto", show_default=True,
            help="How exactly scores are computed; exact is float32.",
        ),
        click.option(
            "--batch-tokens", type=click.IntRange(min=1), metavar="N", help="Slots per batch.  [default: by device]"
        ),
        lang_option,
        click.option(
            "--markup", type=click.Choice(MARKUP), default=MARKUP[0], show_default=True,
            help="What the model sees of tags such as <b>: nothing, or their text.",
        ),
        click.option("--labels", metavar="A,B", help="Keep only entities with these labels."),
        click.option(
            "--min-score", type=click.FloatRange(0, 1), default=0.0, metavar="P",
            help="Keep only entities scoring at least this.",
        ),
        click.option(
            "--target-precision", type=click.FloatRange(0, 1), metavar="P",
            help="Keep as many entities of each label as it takes for this share of them to be right.",
        ),
    ]  # fmt: skip

    @wraps(command)
    def with_options(
        model: str, device: str, engine: str, precision: str, batch_tokens: int | None, lang: str, markup: str,
        labels: str | None, min_score: float, target_precision: float | None, **others: Any,
    ) -> None:  # fmt: skip
        from annotator.pipeline import Recipe

        kept = tuple(label.strip() for label in labels.split(",")) if labels else None
        recipe = Recipe(
            model, device=device, engine=engine, precision=precision, lang=lang, labels=kept, min_score=min_score,
            target_precision=target_precision, batch_tokens=batch_tokens, markup=markup,
        )  # fmt: skip
        command(recipe=recipe, **others)

    return _with(options, with_options)


def _with(options: Sequence[Decorator], command: Command) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
