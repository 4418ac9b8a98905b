"""`annotate train`: fine-tuning, the published experiments, their report, and vocabulary trimming."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from annotator.cli.options import LocalPath

if TYPE_CHECKING:
    from annotator.train.trainer import Settings

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
OUTPUT_FOLDER = LocalPath(path_type=Path, file_okay=False)
OUTPUT_FILE = LocalPath(path_type=Path, dir_okay=False)


@dataclass(frozen=True, slots=True)
class Training:
    """The options that all trainings share."""

    base: str
    data: Path | None
    output: Path
    sample: str
    dev_limit: int | None
    settings: Settings


@click.group("train", epilog="Example: annotate train all --sample swiss --output runs/all")
def train() -> None:
    """Fine-tune XLM-RoBERTa on PAN-X and evaluate it across languages (needs the extra `train`)."""


def training_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that all trainings share; the command gets them as `training`."""
    options = [
        click.option("--base", default="xlm-roberta-base", show_default=True, help="Encoder to fine-tune."),
        click.option(
            "--data", type=FOLDER, help="Folder with <lang>/{train,dev,test}.tsv.  [default: PAN-X on the Hub]"
        ),
        click.option(
            "--output", type=OUTPUT_FOLDER, required=True, help="Folder for the checkpoint, its card and results.json."
        ),
        click.option(
            "--sample", default="all", show_default=True, help="Training sentences per language: all, swiss or N."
        ),
        click.option("--rate", default=2e-5, show_default=True, help="Peak learning rate."),
        click.option("--epochs", default=3, show_default=True, help="Passes over the training sentences."),
        click.option("--batch", default=24, show_default=True, help="Sentences per batch."),
        click.option("--warmup", default=0.0, show_default=True, help="Share of the steps in which the rate rises."),
        click.option("--freeze-embeddings", is_flag=True, help="Train only the layers above the embeddings."),
        click.option("--patience", type=int, help="Stop after this many epochs without a better F1 on dev."),
        click.option("--dev-limit", type=int, help="Dev sentences per language that choose the epoch.  [default: all]"),
        click.option("--seed", default=0, show_default=True, help="Seed of all random choices."),
        click.option("--resume", is_flag=True, help="Continue an interrupted training from its last checkpoint."),
    ]

    @wraps(command)
    def with_training(
        base: str, data: Path | None, output: Path, sample: str, rate: float, epochs: int, batch: int, warmup: float,
        freeze_embeddings: bool, patience: int | None, dev_limit: int | None, seed: int, resume: bool, **others: Any,
    ) -> None:  # fmt: skip
        from annotator.errors import AnnotatorError
        from annotator.train.trainer import Settings

        if (output / "checkpoints").is_dir() and not resume:
            raise AnnotatorError(
                f"{output}: holds a training already", "continue it with {resume}, or name another {output}"
            )
        settings = Settings(
            rate=rate, epochs=epochs, batch=batch, warmup=warmup, freeze_embeddings=freeze_embeddings,
            patience=patience, seed=seed,
        )  # fmt: skip
        command(training=Training(base, data, output, sample, dev_limit, settings), **others)

    for option in reversed(options):
        with_training = option(with_training)
    return with_training


def _fine_tune(name: str, train_on: list[str], eval_on: list[str], training: Training) -> None:
    from annotator.train import experiments, report
    from annotator.train.panx import open_panx

    panx = open_panx(training.data)
    report.print_table(report.counts_table(panx, [one for one in train_on if not Path(one).is_file()]))
    results = experiments.run(
        name, panx, training.base, training.output, train_on, eval_on, training.sample, training.settings,
        training.dev_limit,
    )  # fmt: skip
    report.write_run_card(training.output, results)
    report.print_table(report.results_table([results]))


@train.command("run", epilog="Example: annotate train run --train de,fr --eval de,fr,it,en --output runs/de-fr")
@click.option("--train", "train_on", required=True, metavar="A,B", help="Languages of PAN-X, or CoNLL files.")
@click.option(
    "--eval", "eval_on", default="de,fr,it,en", show_default=True, metavar="A,B", help="Languages to test on."
)
@training_options
def run(train_on: str, eval_on: str, training: Training) -> None:
    """Fine-tune on languages or CoNLL files, and score the result on the test splits of others."""
    _fine_tune("run", train_on.split(","), eval_on.split(","), training)


def _experiment(name: str, languages: str) -> None:
    @train.command(name, epilog=f"Example: annotate train {name} --sample swiss --output runs/{name}")
    @training_options
    def command(training: Training) -> None:
        from annotator.train.experiments import EXPERIMENTS, LANGUAGES
        from annotator.train.panx import open_panx

        available = open_panx(training.data).languages()
        train_on = [language for language in EXPERIMENTS[name] if language in available]
        _fine_tune(name, train_on, list(LANGUAGES), training)

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

    runs = experiments.learning_curve(
        open_panx(training.data), training.base, training.output, source, target, sizes, training.sample,
        training.settings, training.dev_limit,
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
