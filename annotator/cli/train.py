"""`annotate train`: fine-tuning, the published experiments, their report, and vocabulary trimming."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from annotator.cli.options import LocalPath
from annotator.cli.terminal import say

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
OUTPUT_FOLDER = LocalPath(path_type=Path, file_okay=False)
OUTPUT_FILE = LocalPath(path_type=Path, dir_okay=False)


@dataclass(frozen=True, slots=True)
class Training:
    """The options that all trainings share."""

    base: str | None
    data: Path | None
    output: Path
    sample: str
    dev_limit: int | None
    given: Mapping[str, Any]  # the settings that were given
    quiet: bool


@click.group("train", epilog="Example: annotate train all --sample swiss --output runs/all")
def train() -> None:
    """Fine-tune on PAN-X or on own tagged files (needs the extra `train`)."""


def training_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that all trainings share; the command gets them as `training`."""
    options = [
        click.option(
            "--base",
            metavar="FOLDER|NAME",
            help="Model to fine-tune.  [default: xlm-roberta-base, from the Hub; on own files only: panx-mini]",
        ),
        click.option(
            "--data", type=FOLDER, help="Folder with <lang>/{train,dev,test}.tsv.  [default: PAN-X on the Hub]"
        ),
        click.option(
            "--output", type=OUTPUT_FOLDER, required=True, help="Folder for the checkpoint, its card and results.json."
        ),
        click.option(
            "--sample", default="all", show_default=True, help="Training sentences per language: all, swiss or N."
        ),
        click.option("--rate", type=float, help="Peak learning rate.  [default: 2e-5; on own files only: 1e-4]"),
        click.option(
            "--epochs", type=int, help="Passes over the training sentences.  [default: 3; on own files only: 10]"
        ),
        click.option("--batch", type=int, help="Sentences per batch.  [default: 24; on own files only: 8]"),
        click.option(
            "--warmup",
            type=float,
            help="Share of the steps in which the rate rises.  [default: 0; on own files only: 0.1]",
        ),
        click.option("--freeze-embeddings", is_flag=True, help="Train only the layers above the embeddings."),
        click.option("--patience", type=int, help="Stop after this many epochs without a better F1 on dev."),
        click.option("--dev-limit", type=int, help="Dev sentences per language that choose the epoch.  [default: all]"),
        click.option("--seed", default=0, show_default=True, help="Seed of all random choices."),
        click.option("--resume", is_flag=True, help="Continue an interrupted training from its last checkpoint."),
        click.option("-q", "--quiet", is_flag=True, help="Show no progress on stderr."),
    ]

    @wraps(command)
    def with_training(
        base: str | None, data: Path | None, output: Path, sample: str, dev_limit: int | None, resume: bool,
        quiet: bool, rate: float | None, epochs: int | None, batch: int | None, warmup: float | None,
        freeze_embeddings: bool, patience: int | None, seed: int, **others: Any,
    ) -> None:  # fmt: skip
        from annotator.errors import AnnotatorError

        if (output / "checkpoints").is_dir() and not resume:
            raise AnnotatorError(
                f"{output}: holds a training already", "continue it with {resume}, or name another {output}"
            )
        settings = {
            "rate": rate, "epochs": epochs, "batch": batch, "warmup": warmup, "freeze_embeddings": freeze_embeddings,
            "patience": patience, "seed": seed,
        }  # fmt: skip
        given = {name: value for name, value in settings.items() if value is not None}
        command(training=Training(base, data, output, sample, dev_limit, given, quiet), **others)

    for option in reversed(options):
        with_training = option(with_training)
    return with_training


def _fine_tune(
    name: str,
    train_on: Sequence[str],
    dev_on: Sequence[str],
    test_on: Sequence[str] | None,
    training: Training,
    teacher: str | None = None,
    unlabelled: Sequence[str] = (),
) -> None:
    from annotator.train import experiments, report
    from annotator.train.gather import gather, is_file
    from annotator.train.panx import open_panx
    from annotator.train.watch import Watch

    gathered = gather(
        lambda: open_panx(training.data), train_on, dev_on, test_on, training.sample, training.dev_limit
    )  # fmt: skip
    report.print_table(report.counts_table(gathered))
    base, settings = experiments.defaults(all(map(is_file, train_on)), training.base, training.given)
    watch = None if training.quiet else Watch(say)
    results = experiments.run(name, gathered, base, training.output, settings, watch, teacher, unlabelled)
    report.write_run_card(training.output, results)
    report.print_table(report.results_table([results]))


def _names(_ctx: click.Context, _param: click.Parameter, text: str | None) -> list[str] | None:
    names = None if text is None else [name.strip() for name in text.split(",")]
    if names is not None and not all(names):
        raise click.BadParameter(f"{text!r} is not a list of names such as de,fr")
    return names


RUN_EXAMPLES = """\b
Examples:
  annotate train run --train de,fr --eval de,fr,it,en --output runs/de-fr
  annotate train run --train own.conll --output runs/own
"""


@train.command("run", epilog=RUN_EXAMPLES)
@click.option(
    "--train", "train_on", required=True, metavar="A,B", callback=_names, help="Languages of PAN-X, or tagged files."
)
@click.option(
    "--dev", "dev_on", metavar="A,B", callback=_names,
    help="Languages or files that choose the epoch.  [default: dev splits, and a tenth of each file]",
)  # fmt: skip
@click.option(
    "--test", "--eval", "test_on", metavar="A,B", callback=_names,
    help="Languages or files to test on.  [default: de,fr,it,en; on own files only: what chooses the epoch]",
)  # fmt: skip
@click.option("--distil-from", "teacher", metavar="MODEL", help="Also learn the probabilities that this model gives.")
@click.option(
    "--unlabelled", multiple=True, metavar="FILE", help="Text to learn these probabilities on as well, in any format."
)
@training_options
def run(
    train_on: list[str],
    dev_on: list[str] | None,
    test_on: list[str] | None,
    teacher: str | None,
    unlabelled: tuple[str, ...],
    training: Training,
) -> None:
    """Fine-tune on languages or tagged files, and score the result on others.

    Tagged files may have any labels. A tenth of their sentences is held out to choose the epoch.
    """
    from annotator.errors import UsageError

    if unlabelled and not teacher:
        raise UsageError("unlabelled text is only for a teacher", "name one with {distil_from}")
    _fine_tune("run", train_on, dev_on or (), test_on, training, teacher, unlabelled)


def _experiment(name: str, languages: str) -> None:
    @train.command(name, epilog=f"Example: annotate train {name} --sample swiss --output runs/{name}")
    @training_options
    def command(training: Training) -> None:
        from annotator.train.experiments import EXPERIMENTS
        from annotator.train.panx import open_panx

        available = open_panx(training.data).languages()
        train_on = [language for language in EXPERIMENTS[name] if language in available]
        _fine_tune(name, train_on, (), None, training)

    command.help = f"Published experiment: train on {languages}, test on de, fr, it and en."


_experiment("zero-shot", "German")
_experiment("joint", "German and French")
_experiment("all", "all four languages, or those available")


def _numbers(_ctx: click.Context, _param: click.Parameter, text: str) -> list[int]:
    if not all(number.strip().isdecimal() for number in text.split(",")):
        raise click.BadParameter(f"{text!r} is not a list of whole numbers such as 250,500")
    return [int(number) for number in text.split(",")]


@train.command("learning-curve", epilog="Example: annotate train learning-curve --target fr --output runs/curve-fr")
@click.option("--source", default="de", show_default=True, help="Language of the zero-shot training.")
@click.option("--target", default="fr", show_default=True, help="Language to tag.")
@click.option(
    "--sizes", default="250,500,1000,2000,4000", show_default=True, callback=_numbers, metavar="N,N",
    help="Training sentences of the target language.",
)  # fmt: skip
@training_options
def learning_curve(source: str, target: str, sizes: list[int], training: Training) -> None:
    """Show how many sentences of a language it takes to beat transfer from another."""
    from annotator.train import experiments, report
    from annotator.train.panx import open_panx
    from annotator.train.watch import Watch

    base, settings = experiments.defaults(False, training.base, training.given)
    runs = experiments.learning_curve(
        open_panx(training.data), base, training.output, source, target, sizes, training.sample, settings,
        training.dev_limit, None if training.quiet else Watch(say),
    )  # fmt: skip
    report.print_table(report.results_table(runs))


@train.command("report", epilog="Example: annotate train report runs/zero-shot runs/joint --plot transfer.svg")
@click.argument("folders", nargs=-1, required=True, type=FOLDER)
@click.option("--plot", type=OUTPUT_FILE, help="Also draw a PNG or SVG.")
def report(folders: tuple[Path, ...], plot: Path | None) -> None:
    """Show the results of several trainings side by side."""
    from annotator.train import report as reports
    from annotator.train.experiments import Results
    from annotator.train.plot import plot as draw

    runs = [Results.load(folder) for folder in folders]
    reports.print_table(reports.results_table(runs))
    if plot:
        draw(runs, plot)


@train.command("trim", epilog="Example: annotate train trim BASE --keep 60000 --corpus de.tsv --output small")
@click.argument("base", type=FOLDER)
@click.option(
    "--keep", type=int, required=True, help="Pieces to keep, including those of the corpora and single characters."
)
@click.option("--corpus", "corpora", multiple=True, required=True, type=FILE, help="CoNLL file to segment as before.")
@click.option("--least", default=1, show_default=True, help="Occurrences in the corpora that a piece needs to be kept.")
@click.option("--output", type=OUTPUT_FOLDER, required=True, help="Folder for the smaller checkpoint.")
def trim(base: Path, keep: int, corpora: tuple[Path, ...], least: int, output: Path) -> None:
    """Write a checkpoint with a smaller vocabulary that segments the CoNLL corpora as before."""
    from annotator.errors import UsageError, first_line
    from annotator.labels import PANX_TAGS
    from annotator.train.corpora import read_tagged
    from annotator.train.trim import trim as trim_base

    words = (sentence.words for corpus in corpora for sentence in read_tagged(corpus, PANX_TAGS))
    try:
        trim_base(base, output, words, keep, least)
    except ValueError as error:
        raise UsageError(first_line(error)) from error
