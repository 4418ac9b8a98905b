"""How a run is spread over workers: what its options ask for, and the run that they lead to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from annotator.errors import AnnotatorError, UsageError
from annotator.files.uris import is_uri
from annotator.formats import output_format
from annotator.formats.base import DEFAULTS, WriteOptions
from annotator.input.records import Input
from annotator.input.sources import Source
from annotator.output.folders import Folder, LocalFolder
from annotator.output.left_out import without_output
from annotator.output.shards import is_folder
from annotator.pipeline import Recipe
from annotator.run.job import Job
from annotator.run.progress import Progress
from annotator.units.division import UNIT_SIZE, divide, folder_of
from annotator.units.part import WHOLE_RUN, parse_part
from annotator.units.run import run_part

RAY = "ray"


@dataclass(frozen=True, slots=True)
class Spread:
    """What of a run is done where.

    `part` is the text of a part (see `parse_part`). `unit_size` is the size in bytes of units. `on` is `ray` for
    a cluster that is found or started, or its address, `ray://HOST:PORT`; it has `replicas` workers with so many GPUs
    each.
    """

    part: str | None = None
    unit_size: int | None = None
    on: str | None = None
    replicas: int = 1
    gpus_per_replica: float = 0.0

    def __post_init__(self) -> None:
        if self.on is not None and not (self.on == RAY or self.on.startswith(f"{RAY}://")):
            raise UsageError(f"unknown engine {self.on!r}", "write {on} ray or ray://HOST:PORT")
        if self.on and self.part:
            raise UsageError("a run on Ray is not divided into parts", "leave out {part}")
        if not self.on and (self.replicas, self.gpus_per_replica) != (1, 0.0):
            raise UsageError("replicas are workers of a cluster", "add {on} ray")

    def divides(self, output: str | None) -> bool:
        """Whether a run with this output is divided into units."""
        return bool(self.part or self.unit_size or self.on or (output and is_uri(output)))


def run_spread(
    given: Input,
    output: str | None,
    spread: Spread,
    display: str,
    warn: Callable[[str], None],
    format_name: str | None = None,
    *,
    options: WriteOptions = DEFAULTS,
    recipe: Recipe | None = None,
    on_error: str = "fail",
    workers: int | None = 0,
    resume: bool = False,
    force: bool = False,
) -> Progress:
    """Annotate an input unit by unit: those of a part, or all; returns what they have read and written.

    `output` is the name of a folder. A part joins the run of the other parts; without parts, a run that has begun must
    be continued with `resume`, or started again with `force`. Raises UsageError and AnnotatorError.
    """
    folder = _folder(output)
    if spread.part and force:
        raise UsageError(
            "a part cannot start again what other parts may have written", "remove the folder, or name another {output}"
        )
    part = parse_part(spread.part) if spread.part else WHOLE_RUN
    given, left_out = _without(given, folder)
    if left_out:
        warn(f"left out of the input, because it belongs to the output {folder.name}: {left_out[0].name}, ...")
    job = Job(given, output_format(format_name, None), options, recipe or Recipe(), on_error=on_error, workers=workers)
    join = resume or spread.part is not None
    division, units = divide(job, folder, spread.unit_size or UNIT_SIZE, join=join, force=force)
    if spread.on:
        from annotator.units.on_ray import Pool, run_on_ray

        pool = Pool(None if spread.on == RAY else spread.on, spread.replicas, spread.gpus_per_replica)
        return run_on_ray(division, units, pool, display, warn)
    return run_part(division, units, part, display, warn)


def _folder(output: str | None) -> Folder:
    if not output or not (output.partition("?")[0].endswith("/") if is_uri(output) else is_folder(output)):
        shown = folder_of(output).name if output else "stdout"
        raise UsageError(
            f"{shown}: units are written to a folder",
            "name one with {output}, ending in /, and join it with `annotate merge`",
        )
    if not is_uri(output) and Path(output).exists() and not Path(output).is_dir():
        raise AnnotatorError(f"{output}: is a file, not a folder", "name another {output}")
    return folder_of(output)


def _without(given: Input, folder: Folder) -> tuple[Input, list[Source]]:
    """The input without the files of its output, and those."""
    if isinstance(folder, LocalFolder):
        return without_output(given, folder.path, None, folder=True)
    inside = folder.name.rstrip("/") + "/"
    left_out = [source for source in given.sources if source.remote and source.name.startswith(inside)]
    return replace(given, sources=[source for source in given.sources if source not in left_out]), left_out


def check_alone(spread: Spread, output: str | None, others: Sequence[tuple[str, object]]) -> None:
    """Raises UsageError for options that a divided run does not have, given as names and values."""
    if spread.divides(output) and (other := next((name for name, value in others if value is not None), None)):
        raise UsageError(
            "each unit is read to its end and has a shard and rejects of its own", f"leave out {{{other}}}"
        )
