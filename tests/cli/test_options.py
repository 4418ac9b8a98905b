"""The options that commands share: their choices are those of the library, and their values reach the command."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from annotator.cli import group
from annotator.cli.options import (
    FORMAT,
    INPUT_FORMAT,
    Size,
    error_options,
    input_options,
    model_options,
    output_options,
)
from annotator.engines import ENGINES
from annotator.engines.base import DEVICES, PRECISIONS
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
    for names in (SPLITS, ON_ERROR, DISPLAYS, ENGINES, DEVICES, PRECISIONS):
        assert f"[{'|'.join(names)}]" in text


def test_choices_that_are_costly_to_import_are_those_of_the_library() -> None:
    from annotator.cli.evaluate import FORMATS
    from annotator.cli.export import export
    from annotator.cli.validate import validate
    from annotator.cli.view import view
    from annotator.corpus.validate import Repair
    from annotator.corpus.view import VIEWS
    from annotator.evaluate.render import FORMATS as REPORTS
    from annotator.export import PRECISIONS

    def param(command: click.Command, name: str) -> click.Parameter:
        return next(one for one in command.params if one.name == name)

    precision, repair, shown = param(export, "precision"), param(validate, "repair"), param(view, "format")
    assert isinstance(precision.type, click.Choice) and tuple(precision.type.choices) == PRECISIONS
    assert isinstance(repair.type, click.Choice) and list(repair.type.choices) == [one.value for one in Repair]
    assert shown.metavar == f"[{'|'.join(VIEWS)}]"
    assert set(FORMATS) == {"terminal", *REPORTS}


def test_values_reach_the_command_as_the_values_of_the_library() -> None:
    got: dict[str, object] = {}

    @click.command()
    @input_options()
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


READING = ("run", "convert", "view", "validate", "stats", "evaluate")
WRITING = ("run", "convert", "view", "evaluate")


@pytest.mark.parametrize("name", READING)
def test_how_inputs_are_read_has_the_same_names_in_every_command(name: str) -> None:
    named = {option for param in group.commands[name].params for option in param.opts}
    assert named >= {"--input-format", "--from", "--text-field", "--id-field", "--split", "-q", "--quiet"}


@pytest.mark.parametrize("name", WRITING)
def test_the_format_of_the_output_has_the_same_names_in_every_command(name: str) -> None:
    assert ["-f", "--format", "--to"] in [param.opts for param in group.commands[name].params]


def test_no_command_takes_a_name_of_these_for_something_else() -> None:
    for name in (*READING, *WRITING):
        for param in group.commands[name].params:
            for option, names in (("--from", INPUT_FORMAT), ("--to", FORMAT), ("-q", ("-q", "--quiet"))):
                assert option not in param.opts or param.opts == [one for one in names if one.startswith("-")]


@pytest.mark.parametrize(("given", "to"), [("--input-format", "--format"), ("--from", "--to")])
def test_all_names_of_formats_do_the_same(given: str, to: str, tiny: Path) -> None:
    record = b'{"body": "Rom", "ents": [{"start": 0, "end": 3, "label": "LOC"}]}\n'
    fields = (given, "jsonl", "--text-field", "body")
    null = ("--model", tiny, "--engine", "null", "-q")
    assert annotate("-", *fields, to, "conll", *null, stdin=record).out == b"Rom\tO\n\n"
    assert annotate("convert", "-", "-", *fields, to, "conll", "-q", stdin=record).out == b"Rom\tB-LOC\n\n"
    assert annotate("view", "-", *fields, to, "html", "-q", stdin=record).out.startswith(b"<!doctype html>")
    assert annotate("stats", "-", *fields, "--json", "-q", stdin=record).code == 0
    assert annotate("validate", "-", *fields, "--json", "-q", stdin=record).code == 0


def test_evaluate_reads_fields_of_other_names(tmp_path: Path) -> None:
    (tmp_path / "gold").write_text('{"body": "Rom", "ents": [{"start": 0, "end": 3, "label": "LOC"}]}\n')
    args = (tmp_path / "gold", tmp_path / "gold", "--from", "jsonl", "--text-field", "body", "-q")
    run = annotate("evaluate", *args, "--to", "json")
    assert (run.code, run.err) == (0, "") and run.out == annotate("evaluate", *args, "--json").out


@pytest.mark.parametrize(
    ("text", "number"), [("64MB", 64_000_000), ("1 gb", 10**9), ("10kB", 10_000), ("7", 7), ("5b", 5), (" 8 ", 8)]
)
def test_a_size_may_have_a_unit(text: str, number: int) -> None:
    assert Size().convert(text, None, None) == number


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5MB", "MB", "1TB", "1e6", "٣MB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is not a size: write it as 64MB"):
        Size().convert(text, None, None)
