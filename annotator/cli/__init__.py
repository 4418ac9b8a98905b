"""The command line: a Click group whose default command annotates. Internal.

A new command is one file here, with a thin Click command, and one row in COMMANDS. Parameters that the library's errors
name in braces (see `annotator.errors`) are worded here as the options and arguments of the command that failed.
"""

from __future__ import annotations

import errno
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import click
from click.shell_completion import CompletionItem

from annotator.cli.lazy import LazyGroup
from annotator.cli.terminal import print_text, say, warn
from annotator.errors import (
    Advice,
    AnnotatorError,
    OutputClosed,
    Terminated,
    advice_of,
    advise,
    extra_with,
    install_extra,
    lack_of_memory,
    nearest,
)
from annotator.files.sinks import discard_stdout
from annotator.json_values import AnnotatorWarning
from annotator.system.process_setup import collect_garbage_less
from annotator.system.signals import end_on_sigterm
from annotator.system.standard_streams import secure_standard_streams

INTERRUPTED = 130
TERMINATED = 143
# How writing to stdout fails where Click and rich write to it (all other files are written by `files.sinks`).
STDOUT_FAILURES = (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EFBIG)
# What to do instead of options that other programs have. `-v` is the version in some and more messages in others: it is
# refused, because with the wrong guess the results would be a line of versions.
_VERSION = "annotate -V shows the versions"
INSTEAD = {
    "-v": f"{_VERSION}, and --progress bar shows the progress of a run",
    "--verbose": "--progress bar shows the progress of a run",
    "-V": _VERSION,
    "--version": _VERSION,
}
COMMANDS = {
    "run": "annotator.cli.run:run",
    "status": "annotator.cli.status:status",
    "merge": "annotator.cli.merge:merge",
    "view": "annotator.cli.view:view",
    "convert": "annotator.cli.convert:convert",
    "validate": "annotator.cli.validate:validate",
    "stats": "annotator.cli.stats:stats",
    "evaluate": "annotator.cli.evaluate:evaluate",
    "calibrate": "annotator.cli.calibrate:calibrate",
    "leaderboard": "annotator.cli.leaderboard:leaderboard",
    "select": "annotator.cli.select:select",
    "train": "annotator.cli.train:train",
    "models": "annotator.cli.models:models",
    "demo": "annotator.cli.demo:demo",
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

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Click would begin a line on Ctrl-C, which only a terminal needs, where `^C` stands."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            if sys.stderr.isatty():
                click.echo(err=True)
            raise click.Abort from error

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names of commands, and of files for the default one."""
        # Files come first: in bash they would otherwise replace the names.
        return [CompletionItem(incomplete, type="file"), *super().shell_complete(ctx, incomplete)]


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from annotator.doctor import version_line

        print_text(version_line())
        ctx.exit()


@click.group(
    "annotate",
    cls=_Group,
    lazy_commands=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: annotate samples/de.txt --format jsonl -o de.jsonl",
)
@click.option(
    "-V", "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
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
        code = _run(commands)
    except Exception as error:
        if not (reason := lack_of_memory(error)):
            raise
        text = f"error: there is not enough memory ({reason}): {_more_memory(commands[-1])}"
        _say_with_advice(text, error, commands[-1])
        code = AnnotatorError.exit_code
    sys.exit(code)


def _more_memory(command: click.Command) -> str:
    less = ", or lower --batch-tokens and --workers" if command.name == next(iter(COMMANDS)) else ""
    return f"let the process have more (ulimit -v){less}"


def _run(commands: list[click.Command]) -> int:
    """The exit code of the command line; the commands that are run are added to `commands`."""
    code: int
    try:
        with _warning_in_one_line():
            code = group.main(prog_name="annotate", standalone_mode=False, obj=commands) or 0
    except click.ClickException as error:
        say(f"error: {_usage(error)}")
        code = error.exit_code
    except AnnotatorError as error:
        if lack_of_memory(error):
            advise(error, Advice(f"if memory is lacking, {_more_memory(commands[-1])}"))
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
        _say_with_advice(f"error: this needs {package}: {install_extra(extra)}", error, commands[-1])
        code = AnnotatorError.exit_code
    except OutputClosed:
        code = 0
    except OSError as error:
        if error.filename is not None or error.errno not in STDOUT_FAILURES:
            raise
        discard_stdout()
        say(f"error: stdout: cannot be written: {error.strerror}")
        code = AnnotatorError.exit_code
    return code


@contextmanager
def _warning_in_one_line() -> Iterator[None]:
    """Print our own warnings as one line each, and each of them once."""

    def show(message: Warning | str, category: type[Warning], *where: Any, **how: Any) -> None:
        if issubclass(category, AnnotatorWarning):
            warn(str(message))
        else:
            others(message, category, *where, **how)

    with warnings.catch_warnings():
        warnings.simplefilter("default", AnnotatorWarning)
        others, warnings.showwarning = warnings.showwarning, show
        yield


def _usage(error: click.ClickException) -> str:
    """A wrong command as one line, with the command that shows the right ones."""
    if isinstance(error, click.NoSuchOption) and error.option_name in INSTEAD:
        return f"there is no option {error.option_name} here: {INSTEAD[error.option_name]}"
    if isinstance(error, click.NoSuchOption):
        message = f"there is no option {_with_nearest(error.option_name, error.possibilities)}"
    elif isinstance(error, click.exceptions.NoSuchCommand):
        message = f"there is no file and no command {_with_nearest(error.command_name, error.possibilities)}"
    else:
        message = " ".join(error.format_message().split()).removesuffix(".")
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{message}: see {context.command_path} --help" if context else message


def _with_nearest(name: str, possibilities: Iterable[str] | None) -> str:
    near = nearest(name, possibilities or ())
    return f"{name} (did you mean {near}?)" if near else name


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
