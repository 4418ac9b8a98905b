"""`annotate evaluate GOLD PRED`: how good predictions are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from annotator.cli.options import FORMAT, LocalPath, device_option, input_options, quiet_option
from annotator.cli.terminal import say_how_to_end, warn
from annotator.formats.base import ReadOptions

IN_PAGE = 200  # errors of each kind in a page, unless more are asked for
FORMATS = ("terminal", "markdown", "json", "html")

EXAMPLES = """\b
Examples:
  annotate evaluate samples/gold.conll --model panx-mini
  annotate evaluate gold.conll system-a.conll --compare system-b.conll
"""


@click.command("evaluate", epilog=EXAMPLES)
@click.argument("files", nargs=-1, required=True, metavar="GOLD [PRED]...")
@click.option("--model", metavar="NAME", help="Model that tags the tokens of the gold files; all FILES are then gold.")
@device_option
@input_options()
@click.option(
    "--compare", "others", multiple=True, metavar="PRED2", help="Predictions of a second system, for each gold file."
)
@click.option(
    "--map", "label_map", metavar="A=B,...", help="Count label A as B in all files; A=O leaves entities of A out."
)
@click.option(
    "--train",
    multiple=True,
    metavar="FILE",
    help="Tagged file that the system was trained on: F1 by how often a name is in it.",
)
@click.option("--details", is_flag=True, help="Show F1 by all properties of names, and longer lists.")
@click.option("--strict", is_flag=True, help="Read tags as strict IOB2: an I- that continues nothing is no entity.")
@click.option(*FORMAT, type=click.Choice(FORMATS), default="terminal", show_default=True, help="Format of the report.")
@click.option("--json", "shown_as", flag_value="json", help="The same as --format json.")
@click.option("--markdown", "shown_as", flag_value="markdown", help="The same as --format markdown.")
@click.option("--html", "shown_as", flag_value="html", help="The same as --format html.")
@click.option(
    "--errors",
    type=click.IntRange(min=0),
    metavar="N",
    help="Errors of each kind to show, drawn at random.  [default: 200 in html, else 2]",
)
@click.option("--plot", type=LocalPath(path_type=Path, dir_okay=False), help="Draw a .png or .svg (extra `plot`).")
@click.option("--fail-under", type=click.FloatRange(0, 1), metavar="F1", help="Exit with 1 if micro F1 is lower.")
@quiet_option
def evaluate(
    files: tuple[str, ...],
    model: str | None,
    device: str,
    input_format: str | None,
    read_options: ReadOptions,
    others: tuple[str, ...],
    label_map: str | None,
    train: tuple[str, ...],
    details: bool,
    strict: bool,
    format: str,
    shown_as: str | None,
    errors: int | None,
    plot: Path | None,
    fail_under: float | None,
    quiet: bool,
) -> None:
    """Compare tagged files: scores with intervals, kinds of errors, examples, calibration.

    FILES are pairs of a gold file and its predictions. With --model they are all gold files, and the model tags
    their tokens. Both files of a pair must hold the same sentences with the same tokens.
    """
    from annotator.errors import AnnotatorError
    from annotator.evaluate.evaluation import Tagger
    from annotator.evaluate.evaluation import evaluate as compare
    from annotator.evaluate.examples import EXAMPLES
    from annotator.evaluate.paired_files import LabelMap, pair_files
    from annotator.evaluate.plot import check_plot
    from annotator.evaluate.plot import plot as draw
    from annotator.evaluate.render import render
    from annotator.files.sinks import open_sink

    comparisons = pair_files(files, others, by_model=model is not None)
    if plot:
        check_plot(plot)
    say_how_to_end([*files, *others], quiet)
    tagger = Tagger(model, device, quiet) if model else None
    options = replace(read_options, strict=strict)
    chosen = shown_as or format
    result = compare(
        comparisons, tagger, input_format, LabelMap.parse(label_map), options, parameter="--{}".format, train=train,
        examples=(IN_PAGE if chosen == "html" else EXAMPLES) if errors is None else errors,
    )  # fmt: skip
    for warning in result.warnings:
        warn(warning)
    with open_sink(None) as sink:
        sink.write(
            render(result, None if chosen == "terminal" else chosen, details).encode("utf-8", "backslashreplace")
        )
    if plot:
        draw(result, plot)
    f1 = result.scores.micro.f1
    if fail_under is not None and f1 < fail_under:
        raise AnnotatorError(f"F1 {f1:.4f} is under {fail_under:g} (--fail-under)")
