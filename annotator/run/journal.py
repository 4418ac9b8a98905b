"""What is done and safe on the disk: one line a chunk, so that a run that was killed can go on.

The first line says what the run is (inputs, model, options), each other line how far input and output were when
both were safe. A line that was cut short by a kill does not count.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from annotator.errors import AnnotatorError
from annotator.files.sinks import reporting_os_errors
from annotator.input.chunks import Mark
from annotator.input.records import Position
from annotator.run.counts import Counts


@dataclass(frozen=True, slots=True)
class Entry:
    """What was safe after a chunk.

    `read`: how far the input is read, and `bytes_read`: at how many of its bytes; `shard`: the number of the output
    file, from 0, and `length` its bytes; `rejects`: bytes of the file of rejects; `counts`: of all documents up to
    there; `finished`: whether all files have their names.
    """

    read: Mark = field(default_factory=Mark)
    shard: int = 0
    length: int = 0
    rejects: int = 0
    counts: Counts = field(default_factory=Counts)
    bytes_read: int = 0
    finished: bool = False


class Journal:
    """The journal of one run, in a file of its own beside the output.

    `plan` says what the run is, in values that JSON has.
    """

    def __init__(self, path: Path, plan: Mapping[str, Any]) -> None:
        self.path = path
        self._plan = plan
        self._stream: Any = None

    def exists(self) -> bool:
        """Whether there is a journal."""
        with reporting_os_errors(self.path, "read"):
            return self.path.exists()

    def last(self) -> Entry:
        """The last entry of the run.

        Raises AnnotatorError for the journal of a run with another plan, with what differs, and for no journal.
        """
        with reporting_os_errors(self.path, "read"):
            raw = self.path.read_bytes()
        try:
            begun, *_, entry = [json.loads(line) for line in raw[: raw.rfind(b"\n") + 1].splitlines()]
            read = Mark(Position(**entry["read"]["position"]), entry["read"]["digest"])
            last = Entry(**entry | {"read": read, "counts": Counts(**entry["counts"])})
        except (ValueError, TypeError, KeyError) as error:
            raise AnnotatorError(f"{self.path}: is no journal of a run: start again with --force") from error
        for name in [*self._plan, *begun]:
            if self._plan.get(name) != begun.get(name):
                raise AnnotatorError(
                    f"{self.path}: the run was begun with {_shown(name, begun, self._plan)}: "
                    "go on with it as it was begun, or start again with --force"
                )
        return last

    def begin(self, entry: Entry) -> None:
        """Start the journal anew, with the entry to go on from."""
        fresh = self.path.with_name(self.path.name + ".new")
        with reporting_os_errors(self.path):
            with fresh.open("wb") as stream:
                stream.write(_line(self._plan) + _line(asdict(entry)))
                stream.flush()
                os.fsync(stream.fileno())
            fresh.replace(self.path)
            self._stream = self.path.open("ab", buffering=0)

    def append(self, entry: Entry) -> None:
        """Note what is safe now."""
        with reporting_os_errors(self.path):
            self._stream.write(_line(asdict(entry)))
            os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Close the file; it stays."""
        if self._stream is not None:
            self._stream.close()

    def remove(self) -> None:
        """The run is finished: its journal goes."""
        self.close()
        with reporting_os_errors(self.path):
            self.path.unlink(missing_ok=True)


def _line(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogateescape") + b"\n"


def _shown(name: str, begun: Mapping[str, Any], plan: Mapping[str, Any]) -> str:
    then, now = begun.get(name), plan.get(name)
    if isinstance(then, list) and isinstance(now, list):
        if len(then) != len(now):
            return f"{len(then)} {name}, not {len(now)}"
        then, now = next((a, b) for a, b in zip(then, now, strict=True) if a != b)
    return f"{name} {json.dumps(then, ensure_ascii=False)}, not {json.dumps(now, ensure_ascii=False)}"
