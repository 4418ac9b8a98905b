"""The command line: a Click group whose default command annotates. Internal.

A new command is one file here, with a thin Click command, and one row in COMMANDS. Parameters that the library's errors
name in braces (see `annotator.errors`) are worded here as the options and arguments of the command that failed.
"""

from __future__ import annotations

import sys
from functools import partial

import click
from click.shell_completion import CompletionItem

from annotator.cli.lazy import LazyGroup
from annotator.cli.terminal import say
from annotator.errors import AnnotatorError, OutputClosed, Terminated, advice_of, extra_with
from annotator.system.process_setup import collect_garbage_less
from annotator.system.signals import end_on_sigterm
from annotator.system.standard_streams import secure_standard_streams

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
    """The commands; the help shows the options of the default command as well."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        run = self.commands["run"]
        default = click.Context(run, info_name="annotate", parent=ctx)
        records = [r for p in run.get_params(default) if p.name != "help" and (r := p.get_help_record(default))]
        with formatter.section("Options of `annotate FILE...` (short for `annotate run FILE...`)"):
            formatter.write_dl(records)
        super().format_options(ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names of commands, and of files for the default one."""
        # Files come first: in bash they would otherwise replace the names.
        return [CompletionItem(incomplete, type="file"), *super().shell_complete(ctx, incomplete)]


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from annotator.doctor import version_line

        click.echo(version_line())
        ctx.exit()


@click.group(
    "annotate",
    cls=_Group,
    lazy_commands=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: annotate samples/de.txt --format jsonl -o de.jsonl",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
    help="Show the versions of the package and its engines.",
)  # fmt: skip
def group() -> None:
    """Mark the named entities in text of any size and language.

    Reads files, folders or stdin, and writes CoNLL, JSON Lines, spaCy DocBin and more.
    """


def main() -> None:
    """Run the command line. A failure that the user can act on is one line on stderr and the exit code."""
    end_on_sigterm()
    secure_standard_streams()
    collect_garbage_less()
    commands: list[click.Command] = [group]
    try:
        code = group.main(prog_name="annotate", standalone_mode=False, obj=commands) or 0
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except AnnotatorError as error:
        option = partial(_option, commands[-1])
        _say_with_advice(f"error: {error.worded(option)}", error, commands[-1])
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort) as error:
        cause = error.__cause__ or error  # Click turns a KeyboardInterrupt into an Abort
        _say_with_advice(str(cause) or "interrupted", cause, commands[-1])
        code = TERMINATED if isinstance(cause, Terminated) else INTERRUPTED
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if not (extra := extra_with(package)):
            raise
        _say_with_advice(f"error: this needs {package}: pip install 'annotator[{extra}]'", error, commands[-1])
        code = AnnotatorError.exit_code
    except OutputClosed:
        code = 0
    sys.exit(code)


def _say_with_advice(text: str, error: BaseException, command: click.Command) -> None:
    """Print one line on stderr, with the advice that the stages added to the error."""
    advice = [one.worded(partial(_option, command)) for one in advice_of(error)]
    say("; ".join([text, *advice]))


def _option(command: click.Command, parameter: str) -> str:
    """How the command line names a parameter of the library: as the command's option or argument, such as `--force`."""
    for param in command.params:
        if param.name == parameter:
            return param.human_readable_name if isinstance(param, click.Argument) else max(param.opts, key=len)
    return "--" + parameter.replace("_", "-")
