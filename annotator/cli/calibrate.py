"""`annotate calibrate MODEL GOLD...`: make probabilities of the scores of a model."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.calibration import SCORES
from annotator.cli.options import LocalPath, device_option, input_options, json_option, quiet_option
from annotator.cli.terminal import print_text, say, say_how_to_end
from annotator.formats.base import ReadOptions


@click.command("calibrate", epilog="Example: annotate calibrate panx-mini samples/gold.conll --output calibrated")
@click.argument("model")
@click.argument("files", nargs=-1, required=True, metavar="GOLD...", type=click.Path())
@click.option(
    "-o", "--output", type=LocalPath(path_type=Path), metavar="FOLDER",
    help="Folder for a copy of the model.  [default: MODEL itself is changed]",
)  # fmt: skip
@click.option(
    "--score", type=click.Choice(SCORES), default=SCORES[0], show_default=True,
    help="What to start from: of the probabilities of an entity's tags.",
)  # fmt: skip
@device_option
@input_options()
@json_option
@quiet_option
def calibrate(
    model: str,
    files: tuple[str, ...],
    output: Path | None,
    score: str,
    device: str,
    input_format: str | None,
    read_options: ReadOptions,
    as_json: bool,
    quiet: bool,
) -> None:
    """Fit the scores of MODEL's entities on tagged files, so that of those with score 0.9, 9 of 10 are right.

    Only its config.json changes, and all engines read it. A model that is installed is not changed: name an --output.
    The table shows the expected calibration error (ECE), and what --target-precision gives, measured on the half of
    each file that was not used to fit.
    """
    from annotator.calibrate.run import calibrate as fit

    say_how_to_end(files, quiet)
    done = fit(model, files, output, score, device=device, format_name=input_format, options=read_options)
    print_text(done.to_json() if as_json else str(done))
    if not quiet:
        say(f"wrote {done.written}")
