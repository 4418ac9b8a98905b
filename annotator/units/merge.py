"""The shards of a divided run, joined into one file: what one undivided run writes, in its order."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from annotator.document import Document
from annotator.errors import AnnotatorError, UsageError
from annotator.files import durable
from annotator.files.sinks import open_sink
from annotator.formats import FORMATS, Format
from annotator.formats.base import UNBOUNDED, ReadOptions, WriteOptions, only_documents
from annotator.output.folders import Folder
from annotator.output.rejects import check_not_used, rejects_beside
from annotator.run.counts import Counts
from annotator.units.plan import rejects_of
from annotator.units.status import DONE, STATES, Status, UnitStatus, status_of

# The settings of a plan that say how its shards were written.
_WRITTEN = ("docstart", "style")


def merge(folder: Folder, file: Path, force: bool = False) -> Counts:
    """Join the shards of a folder into a file, and their rejects into another beside it; returns what they have.

    The file has the format of the shards, and is compressed if its suffix says so. Raises AnnotatorError if a unit is
    not done or its shard is not what its run wrote, and UsageError for a format whose files cannot be joined.
    """
    status = status_of(folder)
    settings = status.plan.settings
    format = FORMATS[settings["format"]]
    if not (format.appends or format.reads):
        raise UsageError(
            f"shards of {format.name} cannot be joined", "annotate to JSON Lines, and convert the merged file"
        )
    if not status.whole:
        raise _gap(folder, status)
    rejects = rejects_beside(file)
    check_not_used(rejects, force)
    with open_sink(file, force) as sink:
        if format.appends:
            for unit in status.units:
                for block in _blocks(folder, unit):
                    sink.write(block)
        else:
            options = WriteOptions(**{name: settings[name] for name in _WRITTEN})
            for part in format.writer()(_documents(folder, status, format), options):
                sink.write(part)
    if status.with_rejects:
        with open_sink(rejects, force) as sink:
            for unit in status.with_rejects:
                sink.write(folder.read(rejects_of(unit.shard)) or b"")
    elif force:
        rejects.unlink(missing_ok=True)  # those of the file that is replaced
    return status.counts


def _gap(folder: Folder, status: Status) -> AnnotatorError:
    states = status.states
    numbers = ", ".join(f"{states[state]:,} {state}" for state in STATES if state != DONE and states[state])
    first = next(unit for unit in status.units if unit.state != DONE)
    return AnnotatorError(
        f"{folder.name}: of {len(status.units):,} units, {numbers}, the first of which is {first.shard}",
        "do all parts, and see `annotate status`",
    )


def _blocks(folder: Folder, unit: UnitStatus) -> Iterator[bytes]:
    """What a shard has. Raises AnnotatorError if it is not what its run wrote, once it has been read."""
    digest = durable.new_digest()
    with folder.open(unit.shard) as stream:
        while block := stream.read(durable.BLOCK_BYTES):
            digest.update(block)
            yield block
    if unit.digest != digest.hexdigest():
        raise AnnotatorError(
            f"{folder.name.rstrip('/')}/{unit.shard}: has changed since the run wrote it",
            "remove it, and do its unit again",
        )


def _documents(folder: Folder, status: Status, format: Format) -> Iterator[Document]:
    options = ReadOptions(max_record=UNBOUNDED)  # shards hold nothing that has not been read before
    for unit in status.units:
        for _ in _blocks(folder, unit):  # a damaged shard is not to be read as another
            pass
        with folder.open(unit.shard) as stream:
            # A DocBin is read whole, with room for the largest one.
            whole = io.BytesIO(stream.read()) if format.name == "docbin" else stream
            yield from only_documents(format.reader()(whole, unit.shard, options))
