"""The options that commands share: their choices are those of the library, and their values reach the command."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from annotator.cli.options import error_options, input_options, model_options, output_options, size
from annotator.engines import ENGINES
from annotator.errors import UsageError
from annotator.formats import FORMATS, INPUTS, OUTPUTS
from annotator.formats.base import ON_ERROR, SPLITS, ReadOptions, WriteOptions
from annotator.pipeline import Recipe
from annotator.run.progress import DISPLAYS
from support.cli_runs import annotate


def test_help_names_what_the_registries_have() -> None:
    text = " ".join(annotate("run", "--help").out.decode().split())
    for names in (INPUTS, OUTPUTS, FORMATS["jsonl"].styles):
        assert ", ".join(names) in text
    for names in (SPLITS, ON_ERROR, DISPLAYS, ENGINES):
        assert f"[{'|'.join(names)}]" in text


def test_choices_that_are_costly_to_import_are_those_of_the_library() -> None:
    from annotator.cli.export import export
    from annotator.cli.validate import validate
    from annotator.cli.view import view
    from annotator.corpus.validate import Repair
    from annotator.corpus.view import VIEWS
    from annotator.export import PRECISIONS

    def param(command: click.Command, name: str) -> click.Parameter:
        return next(one for one in command.params if one.name == name)

    precision, repair, shown = param(export, "precision"), param(validate, "repair"), param(view, "format")
    assert isinstance(precision.type, click.Choice) and tuple(precision.type.choices) == PRECISIONS
    assert isinstance(repair.type, click.Choice) and list(repair.type.choices) == [one.value for one in Repair]
    assert isinstance(shown, click.Option) and (shown.help or "").startswith(" or ".join(VIEWS))


def test_values_reach_the_command_as_the_values_of_the_library() -> None:
    got: dict[str, object] = {}

    @click.command()
    @input_options("--from")
    @output_options
    @error_options
    @model_options
    def command(**values: object) -> None:
        got.update(values)

    args = [
        "--max-record",
        "1GB",
        "--from",
        "csv",
        "--text-field",
        "body",
        "--style",
        "spacy",
        "--force",
        "--labels",
        "PER, LOC",
    ]
    CliRunner().invoke(
        command, [*args, "--min-score", "0.5", "--markup", "keep", "--on-error", "skip"], catch_exceptions=False
    )
    assert got == {
        "input_format": "csv",
        "read_options": ReadOptions(text_field="body", max_record=10**9),
        "write_options": WriteOptions(style="spacy"),
        "force": True,
        "on_error": "skip",
        "rejects": None,
        "recipe": Recipe(labels=("PER", "LOC"), min_score=0.5, markup="keep"),
    }


def test_a_file_of_rejects_without_skipping_is_refused() -> None:
    @click.command()
    @error_options
    def command(on_error: str, rejects: Path | None) -> None:
        pytest.fail(f"{on_error} {rejects}")

    with pytest.raises(UsageError, match="only for skipped records: add on_error skip"):
        CliRunner().invoke(command, ["--rejects", "kept"], catch_exceptions=False)


@pytest.mark.parametrize(
    ("text", "number"), [("64MB", 64_000_000), ("1 gb", 10**9), ("10kB", 10_000), ("7", 7), ("5b", 5), (" 8 ", 8)]
)
def test_a_size_may_have_a_unit(text: str, number: int) -> None:
    assert size(text) == number


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5MB", "MB", "1TB", "1e6", "٣MB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not a size: write max_record as 64MB"):
        size(text)
