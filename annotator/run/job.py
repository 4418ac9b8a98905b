"""What a run is to do: input, output, model and options, checked before anything is read."""

from __future__ import annotations

import json
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
from annotator.output.rejects import rejects_beside
from annotator.output.shards import Shards, is_folder, shards_for
from annotator.pipeline import Recipe
from annotator.prepare.chunk_sizes import ChunkSizes

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, slots=True)
class Job:
    """What a run is to do.

    `output` is a file or, with `shards`, a folder of them; None is stdout. `on_error` is one of ON_ERROR;
    `rejects` the file for records that are skipped (None: they are told of). `resume` goes on with a run of the
    same plan. Raises UsageError for what does not go together.
    """

    input: Input
    form: Format
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

    def __post_init__(self) -> None:
        self.form.holding(self.options)
        if self.resume and self.output is None:
            raise UsageError("--resume needs an --output to go on with: what went to stdout is not known")
        if self.on_error not in ON_ERROR:
            raise UsageError(f"unknown way to treat errors {self.on_error!r}: use {' or '.join(ON_ERROR)}")

    @property
    def plan(self) -> dict[str, Any]:
        """What must be the same for the run to be gone on with."""
        return {
            "annotator": __version__,
            "inputs": [[source.name, source.size] for source in self.input.sources],
            "input format": self.input.format_name,
            **_plain(self.input.options),
            "format": self.form.name,
            **_plain(self.options),
            "shard size": self.shards.size if self.shards else None,
            "errors": self.on_error,
            "limit": self.limit,
            **_plain(self.recipe),
            **_plain(self.chunk_sizes),
            "model files": _signature(fspath(self.recipe.model)),
        }


def make_job(given: Input, output: str | None, format_name: str | None, shard_size: int | None, **how: Any) -> Job:
    """The job of what a user names: `output` is a file, a folder (see `outputs.is_folder`), or `-` or None for stdout.

    `how` are the other fields of Job; records that are skipped go to a file beside the output if no other is named.
    """
    path = Path(output) if output and output != STDOUT else None
    folder = path is not None and output is not None and (shard_size is not None or is_folder(output))
    if shard_size and not folder:
        raise UsageError("--shard-size needs a folder to write to: name one by --output")
    form = output_format(format_name, None if folder else path)
    if path and how.get("on_error") == "skip" and not how.get("rejects"):
        how["rejects"] = path / ".rejects.jsonl" if folder else rejects_beside(path)
    shards = shards_for(output, given.sources, form, shard_size) if folder and output else None
    return Job(given, form, output=path, shards=shards, **how)


def _plain(values: DataclassInstance) -> dict[str, Any]:
    """The fields of a value as they come back from JSON."""
    fields: dict[str, Any] = json.loads(json.dumps(asdict(values)))
    return fields


def _signature(model: str) -> list[list[Any]]:
    """Names, sizes and times of a model's files: they change when it is trained anew."""
    files = sorted(path for path in find_checkpoint(model).iterdir() if path.is_file())
    return [[path.name, path.stat().st_size, path.stat().st_mtime_ns] for path in files]
