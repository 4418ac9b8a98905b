"""What a run is to do: input, output, model and options, checked before anything is read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from os import fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator import __version__
from annotator.checkpoints.folder import find_checkpoint
from annotator.errors import UsageError
from annotator.files.sinks import STDOUT
from annotator.formats import Format, output_format
from annotator.formats.base import DEFAULTS, ON_ERROR, WriteOptions
from annotator.input.records import Input
from annotator.input.sources import Source
from annotator.output.collisions import check_apart
from annotator.output.left_out import without_output
from annotator.output.rejects import rejects_beside
from annotator.output.shards import Shards, ShardsOfSize, is_folder, shards_for
from annotator.pipeline import Recipe
from annotator.prepare.chunk_sizes import ChunkSizes

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

FOLDER_REJECTS = ".rejects.jsonl"
PLAN = ".plan"  # in the folder of a run that is divided into units


@dataclass(frozen=True, slots=True)
class Job:
    """What a run is to do.

    `output` is a file or, with `shards`, their folder; None is stdout. `on_error` is one of ON_ERROR; `rejects` is the
    file for skipped records (None: each is a warning). `limit` is the number of records to read at most. `workers` is
    as for `Annotator.pipe`. `resume` continues an interrupted run with the same plan; `force` replaces an existing
    output. `left_out` are sources that were found, but are files of the output. Raises UsageError for options that
    contradict each other, and for an output that is read as well.
    """

    input: Input
    format: Format
    options: WriteOptions = DEFAULTS
    recipe: Recipe = field(default_factory=Recipe)
    output: Path | None = None
    shards: Shards | None = None
    on_error: str = "fail"
    rejects: Path | None = None
    limit: int | None = None
    workers: int | None = 0
    chunk_sizes: ChunkSizes = field(default_factory=ChunkSizes)
    resume: bool = False
    force: bool = False
    left_out: Sequence[Source] = ()

    def __post_init__(self) -> None:
        self.format.holding(self.options)
        if self.resume and self.output is None:
            raise UsageError("a run that writes to stdout cannot be resumed", "name a file or a folder with {output}")
        if self.on_error not in ON_ERROR:
            raise UsageError(
                f"unknown way to treat records that cannot be read: {self.on_error!r}",
                f"use {{on_error}} {' or '.join(ON_ERROR)}",
            )
        outputs = self.shards.paths() if self.shards else [self.output] if self.output else []
        check_apart(self.input.sources, outputs, self.rejects)

    @property
    def own_rejects(self) -> Path | None:
        """The file for rejects that belongs to the output where no other is named."""
        if self.output is None:
            return None
        return self.output / FOLDER_REJECTS if self.shards else rejects_beside(self.output)

    @property
    def plan(self) -> dict[str, Any]:
        """Everything that must be the same for the run to be resumed, in values that JSON has.

        Of the inputs these are the names: what they hold is compared by digest, as far as it has been read.
        """
        return {
            "annotator": __version__,
            "inputs": [source.name for source in self.input.sources],
            "input format": self.input.format_name,
            **_as_json(self.input.options),
            "format": self.format.name,
            **_as_json(self.options),
            "shard size": self.shards.size if isinstance(self.shards, ShardsOfSize) else None,
            "errors": self.on_error,
            "rejects": None if self.rejects is None else fspath(self.rejects),
            "limit": self.limit,
            **_as_json(self.recipe),
            **_as_json(self.chunk_sizes),
            "model files": _model_files(fspath(self.recipe.model)),
        }


def make_job(
    given: Input,
    output: str | None = None,
    format_name: str | None = None,
    shard_size: int | None = None,
    *,
    options: WriteOptions = DEFAULTS,
    recipe: Recipe | None = None,
    on_error: str = "fail",
    rejects: Path | None = None,
    limit: int | None = None,
    workers: int | None = 0,
    resume: bool = False,
    force: bool = False,
) -> Job:
    """The job for an output by name: a file, a folder (see `is_folder`), or `-` or None for stdout.

    The other parameters are the fields of Job. Skipped records go to a file beside the output, or in the folder, if no
    other is named. Raises UsageError and AnnotatorError as Job, `output_format` and `shards_for` do.
    """
    path = Path(output) if output and output != STDOUT else None
    folder = path is not None and output is not None and (shard_size is not None or is_folder(output))
    if shard_size and not folder:
        raise UsageError("shards are written to a folder", "name one with {output}")
    if folder and path and (path / PLAN).exists():
        raise UsageError(
            f"{path}: holds a run that is divided into units", "continue it as such, or name another {output}"
        )
    format = output_format(format_name, None if folder else path)
    if path and on_error == "skip" and not rejects:
        rejects = path / FOLDER_REJECTS if folder else rejects_beside(path)
    given, left_out = without_output(given, path, rejects, folder) if path else (given, [])
    return Job(
        given,
        format,
        options,
        recipe or Recipe(),
        output=path,
        shards=shards_for(output, given.sources, format, shard_size) if folder and output else None,
        on_error=on_error,
        rejects=rejects,
        limit=limit,
        workers=workers,
        resume=resume,
        force=force,
        left_out=left_out,
    )


def _as_json(values: DataclassInstance) -> dict[str, Any]:
    """The fields of a dataclass as they come back from JSON."""
    fields: dict[str, Any] = json.loads(json.dumps(asdict(values)))
    return fields


def _model_files(model: str) -> list[list[Any]]:
    """Names, sizes and times of a model's files, which change when it is trained anew."""
    files = sorted(path for path in find_checkpoint(model).iterdir() if path.is_file())
    return [[path.name, path.stat().st_size, path.stat().st_mtime_ns] for path in files]
