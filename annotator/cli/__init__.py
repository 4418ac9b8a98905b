"""The command line: a Click group whose default command annotates."""

from __future__ import annotations

import signal
import sys
import threading

import click
from click.shell_completion import CompletionItem

from annotator.cli.lazy import LazyGroup
from annotator.errors import AnnotatorError, OutputClosed, Terminated, advice_of, extra_with, worded
from annotator.system.startup import collect_less

INTERRUPTED = 130
TERMINATED = 143
COMMANDS = {
    "run": "annotator.cli.run:run",
    "view": "annotator.cli.view:view",
    "convert": "annotator.cli.convert:convert",
    "validate": "annotator.cli.validate:validate",
    "stats": "annotator.cli.stats:stats",
    "evaluate": "annotator.cli.evaluate:evaluate",
    "train": "annotator.cli.train:train",
    "models": "annotator.cli.models:models",
    "doctor": "annotator.cli.doctor:doctor",
}


class _Group(LazyGroup):
    """The commands; its help shows the default one's options as well."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        run = self.commands["run"]
        default = click.Context(run, info_name="annotate", parent=ctx)
        records = [r for p in run.get_params(default) if p.name != "help" and (r := p.get_help_record(default))]
        with formatter.section("Options of `annotate FILE...` (short for `annotate run FILE...`)"):
            formatter.write_dl(records)
        super().format_options(ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names of commands, and of files for the default one."""
        # Files first: in bash they would else take the place of the names.
        return [CompletionItem(incomplete, type="file"), *super().shell_complete(ctx, incomplete)]


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from annotator.doctor import version_line

        click.echo(version_line())
        ctx.exit()


@click.group(
    "annotate",
    cls=_Group,
    places=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: annotate samples/de.txt --format jsonl -o de.jsonl",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
    help="Show the versions of the package and of what it computes with.",
)  # fmt: skip
def group() -> None:
    """Mark the named entities in text of any size and language.

    Reads files, folders or stdin, and writes CoNLL, JSON Lines, spaCy DocBin and more.
    """


def _terminate(_signal: int, _frame: object) -> None:
    """What a scheduler sends before it kills is an interruption like Ctrl-C: what is written stays usable."""
    raise Terminated("terminated")


def _say(what: str, error: BaseException) -> None:
    """One line on stderr, with what the stages noted on the error."""
    advice = [worded(text, _option) for text in advice_of(error)]
    click.echo("; ".join([f"annotate: {what}", *advice]), err=True)


def _option(parameter: str) -> str:
    """The option that sets a parameter of the library."""
    return "--" + parameter.replace("_", "-")


def main() -> None:
    """Run the command line; what the user can mend is one line on stderr, and the exit code."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminate)
    collect_less()
    try:
        code = group.main(prog_name="annotate", standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except AnnotatorError as error:
        _say(f"error: {error.worded(_option)}", error)
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort) as error:
        cause = error.__cause__ or error  # Click makes an Abort of a KeyboardInterrupt
        _say(str(cause) or "interrupted", cause)
        code = TERMINATED if isinstance(cause, Terminated) else INTERRUPTED
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if not (extra := extra_with(package)):
            raise
        _say(f"error: this needs {package}: pip install 'annotator[{extra}]'", error)
        code = AnnotatorError.exit_code
    except OutputClosed:
        code = 0
    sys.exit(code)
