"""`annotate evaluate GOLD PRED`: how good predictions are."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.options import LocalPath, device_option, max_record_option
from annotator.cli.terminal import warn

EXAMPLES = """\b
Examples:
  annotate evaluate samples/gold.conll --model panx-mini
  annotate evaluate gold.conll system-a.conll --compare system-b.conll
"""


@click.command("evaluate", epilog=EXAMPLES)
@click.argument("files", nargs=-1, required=True, metavar="GOLD [PRED]...")
@click.option("--model", metavar="NAME", help="Model that tags the tokens of the gold files; all FILES are then gold.")
@device_option
@click.option("--input-format", metavar="NAME", help="Format of all files.  [default: by suffix]")
@click.option(
    "--compare", "others", multiple=True, metavar="PRED2", help="Predictions of a second system, for each gold file."
)
@click.option(
    "--map", "label_map", metavar="A=B,...", help="Count label A as B in all files; A=O leaves entities of A out."
)
@click.option("--strict", is_flag=True, help="Read tags as strict IOB2: an I- that continues nothing is no entity.")
@max_record_option
@click.option("--json", "format_name", flag_value="json", help="Print JSON.")
@click.option("--markdown", "format_name", flag_value="markdown", help="Print Markdown.")
@click.option("--html", "format_name", flag_value="html", help="Print an HTML page.")
@click.option("--plot", type=LocalPath(path_type=Path, dir_okay=False), help="Draw a .png or .svg (extra `plot`).")
@click.option("--fail-under", type=click.FloatRange(0, 1), metavar="F1", help="Exit with 1 if micro F1 is lower.")
def evaluate(
    files: tuple[str, ...],
    model: str | None,
    device: str,
    input_format: str | None,
    others: tuple[str, ...],
    label_map: str | None,
    strict: bool,
    max_record: int,
    format_name: str | None,
    plot: Path | None,
    fail_under: float | None,
) -> None:
    """Compare tagged files: scores with intervals, kinds of errors, examples, calibration.

    FILES are pairs of a gold file and its predictions. With --model they are all gold files, and the model tags
    their tokens. Both files of a pair must hold the same sentences with the same tokens.
    """
    from annotator.errors import AnnotatorError
    from annotator.evaluate.evaluation import Tagger
    from annotator.evaluate.evaluation import evaluate as compare
    from annotator.evaluate.paired_files import LabelMap, pair_files
    from annotator.evaluate.plot import check_plot
    from annotator.evaluate.plot import plot as draw
    from annotator.evaluate.render import render
    from annotator.files.sinks import open_sink
    from annotator.formats.base import ReadOptions

    comparisons = pair_files(files, others, by_model=model is not None)
    if plot:
        check_plot(plot)
    tagger = Tagger(model, device) if model else None
    options = ReadOptions(strict=strict, max_record=max_record)
    result = compare(comparisons, tagger, input_format, LabelMap.parse(label_map), options, parameter="--{}".format)
    for warning in result.warnings:
        warn(warning)
    with open_sink(None) as sink:
        sink.write(render(result, format_name).encode("utf-8", "backslashreplace"))
    if plot:
        draw(result, plot)
    f1 = result.scores.micro.f1
    if fail_under is not None and f1 < fail_under:
        raise AnnotatorError(f"F1 {f1:.4f} is under {fail_under:g} (--fail-under)")
