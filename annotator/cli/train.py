"""`annotate train`: fine-tuning, the published experiments, and what belongs to them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from annotator.train.finetune import Settings

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group("train", epilog="Example: annotate train all --sample swiss --output runs/all")
def train() -> None:
    """Fine-tune XLM-RoBERTa on PAN-X and evaluate it across languages (needs the extra `train`)."""


def training_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that all trainings share; the command gets `settings` for those of the fine-tuning."""
    options = [
        click.option("--base", default="xlm-roberta-base", show_default=True, help="Encoder to start from."),
        click.option(
            "--data", type=FOLDER, help="Folder with <lang>/{train,dev,test}.tsv.  [default: PAN-X on the Hub]"
        ),
        click.option("--output", type=FOLDER, required=True, help="Folder for checkpoint, card and results.json."),
        click.option("--sample", default="all", show_default=True, help="all, swiss, or sentences a language."),
        click.option("--rate", default=2e-5, show_default=True, help="Peak learning rate."),
        click.option("--epochs", default=3, show_default=True),
        click.option("--batch", default=24, show_default=True, help="Sentences a batch."),
        click.option("--warmup", default=0.0, show_default=True, help="Share of the steps to warm up in."),
        click.option("--freeze-embeddings", is_flag=True, help="Train the layers above the embeddings only."),
        click.option("--patience", type=int, help="Stop after so many epochs without a better F1 on dev."),
        click.option("--dev-limit", type=int, help="Dev sentences a language that choose the epoch.  [default: all]"),
        click.option("--seed", default=0, show_default=True),
        click.option("--resume", is_flag=True, help="Go on from the last checkpoint of a killed run."),
    ]

    @wraps(command)
    def with_settings(
        rate: float, epochs: int, batch: int, warmup: float, freeze_embeddings: bool, patience: int | None, seed: int,
        output: Path, resume: bool, **others: Any,
    ) -> None:  # fmt: skip
        from annotator.errors import AnnotatorError
        from annotator.train.finetune import Settings

        if (output / "checkpoints").is_dir() and not resume:
            raise AnnotatorError(f"{output}: holds a run already: go on with it by --resume, or name another --output")
        settings = Settings(
            rate=rate, epochs=epochs, batch=batch, warmup=warmup, freeze_embeddings=freeze_embeddings,
            patience=patience, seed=seed,
        )  # fmt: skip
        command(output=output, settings=settings, **others)

    for option in reversed(options):
        with_settings = option(with_settings)
    return with_settings


def _fine_tune(
    name: str, train_on: list[str], eval_on: list[str], base: str, data: Path | None, output: Path, sample: str,
    dev_limit: int | None, settings: Settings,
) -> None:  # fmt: skip
    from annotator.train import experiments, report
    from annotator.train.panx import open_panx

    panx = open_panx(data)
    report.print_table(report.counts_table(panx, [one for one in train_on if not Path(one).is_file()]))
    results = experiments.run(name, panx, base, output, train_on, eval_on, sample, settings, dev_limit)
    report.write_run_card(output, results)
    report.print_table(report.results_table([results]))


@train.command("run", epilog="Example: annotate train run --train de,fr --eval de,fr,it,en --output runs/de-fr")
@click.option("--train", "train_on", required=True, metavar="A,B", help="Languages of PAN-X, or CoNLL files.")
@click.option(
    "--eval", "eval_on", default="de,fr,it,en", show_default=True, metavar="A,B", help="Languages to test on."
)
@training_options
def run(train_on: str, eval_on: str, **options: Any) -> None:
    """Fine-tune on languages or CoNLL files, and measure on the test splits of others."""
    _fine_tune("run", train_on.split(","), eval_on.split(","), **options)


def _experiment(name: str, languages: str) -> None:
    @train.command(name, epilog=f"Example: annotate train {name} --sample swiss --output runs/{name}")
    @training_options
    def command(**options: Any) -> None:
        from annotator.train.experiments import EXPERIMENTS, LANGUAGES
        from annotator.train.panx import open_panx

        at_hand = open_panx(options["data"]).languages()
        trained = [language for language in EXPERIMENTS[name] if language in at_hand]
        _fine_tune(name, trained, list(LANGUAGES), **options)

    command.help = f"The published experiment: train on {languages}, test on de, fr, it and en."


_experiment("zero-shot", "German")


_experiment("joint", "German and French")


_experiment("all", "all four languages that are at hand")


@train.command("learning-curve", epilog="Example: annotate train learning-curve --target fr --output runs/curve-fr")
@click.option("--source", default="de", show_default=True, help="Language of the zero-shot training.")
@click.option("--target", default="fr", show_default=True, help="Language to tag.")
@click.option("--sizes", default="250,500,1000,2000,4000", show_default=True, help="Sentences of the target language.")
@training_options
def learning_curve(
    source: str, target: str, sizes: str, base: str, data: Path | None, output: Path, sample: str,
    dev_limit: int | None, settings: Settings,
) -> None:  # fmt: skip
    """From how many sentences on training in a language beats transfer from another."""
    from annotator.train import experiments, report
    from annotator.train.panx import open_panx

    numbers = [int(size) for size in sizes.split(",")]
    runs = experiments.learning_curve(
        open_panx(data), base, output, source, target, numbers, sample, settings, dev_limit
    )
    report.print_table(report.results_table(runs))


@train.command("report", epilog="Example: annotate train report runs/zero-shot runs/joint --plot transfer.svg")
@click.argument("folders", nargs=-1, required=True, type=FOLDER)
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="Draw a PNG or SVG as well.")
def report(folders: tuple[Path, ...], plot: Path | None) -> None:
    """Lay the results of several runs side by side."""
    from annotator.train import report as reports
    from annotator.train.experiments import Results

    runs = [Results.load(folder) for folder in folders]
    reports.print_table(reports.results_table(runs))
    if plot:
        reports.plot(runs, plot)


@train.command("trim", epilog="Example: annotate train trim BASE --keep 60000 --corpus de.tsv --output small")
@click.argument("base", type=FOLDER)
@click.option("--keep", type=int, required=True, help="Pieces to keep, the corpus's and single characters included.")
@click.option("--corpus", "corpora", multiple=True, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--least", default=1, show_default=True, help="Times a piece must occur in the corpus to be kept.")
@click.option("--output", type=FOLDER, required=True)
def trim(base: Path, keep: int, corpora: tuple[Path, ...], least: int, output: Path) -> None:
    """Write a smaller checkpoint that segments the CoNLL corpora as before."""
    from annotator.errors import UsageError
    from annotator.labels import PANX_TAGS
    from annotator.train.corpora import read_tagged
    from annotator.train.trim import trim as trim_base

    words = (sentence.words for corpus in corpora for sentence in read_tagged(corpus, PANX_TAGS))
    try:
        trim_base(base, output, words, keep, least)
    except ValueError as error:
        raise UsageError(str(error)) from error
