"""The command line: a Click group whose default command annotates."""

from __future__ import annotations

import sys

import click
from click_default_group import DefaultGroup

from .. import __version__
from ..errors import AnnotatorError, OutputClosed
from .evaluate import evaluate
from .run import run
from .train import train

INTERRUPTED = 130


class _Group(DefaultGroup):  # type: ignore[misc]  # the library has no types
    """A group whose help shows the default command's options as well."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        default = click.Context(run, info_name="annotate", parent=ctx)
        records = [r for p in run.get_params(default) if p.name != "help" and (r := p.get_help_record(default))]
        with formatter.section("Options of `annotate FILE...` (short for `annotate run FILE...`)"):
            formatter.write_dl(records)
        super().format_options(ctx, formatter)


@click.group(
    "annotate",
    cls=_Group,
    default="run",
    default_if_no_args=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: annotate samples/de.txt --format jsonl -o de.jsonl",
)
@click.version_option(__version__, package_name="annotator")
def group() -> None:
    """Mark the named entities in text of any size and language.

    Reads files, folders or stdin, and writes CoNLL, JSON Lines or spaCy DocBin.
    """


group.add_command(run)
group.add_command(evaluate)
group.add_command(train)


def _say(what: str, error: BaseException) -> None:
    """One line on stderr, with what the stages noted on the error."""
    click.echo("; ".join([f"annotate: {what}", *getattr(error, "__notes__", [])]), err=True)


def main() -> None:
    """Run the command line; what the user can mend is one line on stderr, and the exit code."""
    try:
        code = group.main(prog_name="annotate", standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except AnnotatorError as error:
        _say(f"error: {error}", error)
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort) as error:
        _say("interrupted", error.__cause__ or error)  # Click makes an Abort of a KeyboardInterrupt
        code = INTERRUPTED
    except OutputClosed:
        code = 0
    sys.exit(code)
