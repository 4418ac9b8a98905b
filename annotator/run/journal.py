"""The journal of a run: what is durable on the disk, one line for each chunk, so that a killed run can be resumed.

The first line holds the plan of the run (inputs, model, options). Each other line says how far input and output were
when both were durable. A last line that a kill cut short is ignored.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from io import FileIO
from pathlib import Path
from typing import Any

from annotator.errors import AnnotatorError
from annotator.files.sinks import reporting_os_errors
from annotator.input.chunks import Mark
from annotator.input.records import Position
from annotator.run.counts import Counts


@dataclass(frozen=True, slots=True)
class Entry:
    """What was durable after a chunk.

    `read` is how far the input is read, and `bytes_read` the number of its bytes up to there. `shard` is the number of
    the output file, from 0, and `length` its length in bytes; `rejects` is the length of the file of rejects. `counts`
    are those of the run so far. `finished` says that all files have their names.
    """

    read: Mark = field(default_factory=Mark)
    shard: int = 0
    length: int = 0
    rejects: int = 0
    counts: Counts = field(default_factory=Counts)
    bytes_read: int = 0
    finished: bool = False


class Journal:
    """The journal of one run, in a file of its own at `path`; `plan` is that of its job."""

    def __init__(self, path: Path, plan: Mapping[str, Any]) -> None:
        self.path = path
        self._plan = plan
        self._stream: FileIO | None = None

    def exists(self) -> bool:
        """Whether the file exists."""
        with reporting_os_errors(self.path, "read"):
            return self.path.exists()

    def last(self) -> Entry:
        """The last entry of the run.

        Raises AnnotatorError for a file that is no journal, and for the journal of a run with another plan, naming
        what differs.
        """
        with reporting_os_errors(self.path, "read"):
            raw = self.path.read_bytes()
        try:
            started, *_, entry = [json.loads(line) for line in raw[: raw.rfind(b"\n") + 1].splitlines()]
            read = Mark(Position(**entry["read"]["position"]), entry["read"]["digest"])
            last = Entry(**entry | {"read": read, "counts": Counts(**entry["counts"])})
        except (ValueError, TypeError, KeyError) as error:
            raise AnnotatorError(f"{self.path}: is not the journal of a run", "start again with {force}") from error
        for name in [*self._plan, *started]:
            if self._plan.get(name) != started.get(name):
                raise AnnotatorError(
                    f"{self.path}: the run was started with {_difference(name, started, self._plan)}",
                    "resume it with the same inputs and options, or start again with {force}",
                )
        return last

    def begin(self, entry: Entry) -> None:
        """Start the file anew, with the entry that the run continues from."""
        fresh = self.path.with_name(self.path.name + ".new")
        with reporting_os_errors(self.path):
            with fresh.open("wb") as stream:
                stream.write(_line(self._plan) + _line(asdict(entry)))
                stream.flush()
                os.fsync(stream.fileno())
            fresh.replace(self.path)
            self._stream = self.path.open("ab", buffering=0)

    def append(self, entry: Entry) -> None:
        """Add an entry, durably."""
        assert self._stream is not None, "begin() comes first"
        with reporting_os_errors(self.path):
            self._stream.write(_line(asdict(entry)))
            os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()

    def remove(self) -> None:
        """Close and delete the file."""
        self.close()
        with reporting_os_errors(self.path):
            self.path.unlink(missing_ok=True)


def _line(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogateescape") + b"\n"


def _difference(name: str, started: Mapping[str, Any], plan: Mapping[str, Any]) -> str:
    then, now = started.get(name), plan.get(name)
    if isinstance(then, list) and isinstance(now, list):
        if len(then) != len(now):
            return f"{len(then)} {name}, not {len(now)}"
        then, now = next((a, b) for a, b in zip(then, now, strict=True) if a != b)
    return f"{name} {json.dumps(then, ensure_ascii=False)}, not {json.dumps(now, ensure_ascii=False)}"
