"""The journal of a run: what is durable on the disk, one line for each chunk, so that a killed run can be resumed.

The first line holds the plan of the run (inputs, model, options). Each other line says how far input and output were
when both were durable. A last line that a kill cut short is ignored. Before its JSON, each line has a digest of itself
and of all lines before it, so that a journal with any other damage is refused.

The journal of a finished run has all that the output can be compared with later: the plan, the inputs and the files.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import blake2b
from io import FileIO
from pathlib import Path
from typing import Any

from annotator.errors import AnnotatorError
from annotator.files import durable
from annotator.files.sinks import Sink, reporting_os_errors
from annotator.input.marks import Mark, ReadSource, Stamp
from annotator.input.records import Position
from annotator.output.finished import FinishedFile
from annotator.output.growing_file import EMPTY, Extent
from annotator.run.counts import Counts


@dataclass(frozen=True, slots=True)
class Entry:
    """What was durable after a chunk.

    `read` is how far the input is read, and `bytes_read` the number of its bytes up to there. `shard` is the number of
    the output file, from 0, and `output` what it has; `rejects` is what the file of rejects has. `sources` have been
    read to their ends and `files` finished since the entry before. `counts` are those of the run so far. `replaces`
    says that the run began over another output, and `finished` that all files have their names.
    """

    read: Mark = field(default_factory=Mark)
    shard: int = 0
    output: Extent = EMPTY
    rejects: Extent = EMPTY
    counts: Counts = field(default_factory=Counts)
    bytes_read: int = 0
    sources: tuple[ReadSource, ...] = ()
    files: tuple[FinishedFile, ...] = ()
    replaces: bool = False
    finished: bool = False


class Journal:
    """The journal of one run, in a file of its own at `path`; `plan` is that of its job."""

    def __init__(self, path: Path, plan: Mapping[str, Any]) -> None:
        self.path = path
        self._plan = plan
        self._stream: FileIO | None = None
        self._check = ""

    def exists(self) -> bool:
        """Whether the file exists."""
        with reporting_os_errors(self.path, "read"):
            return self.path.exists()

    def last(self) -> Entry:
        """The last entry of the run, with the sources and files of all entries.

        Raises AnnotatorError for a file that is no journal, and for the journal of a run with another plan, naming
        what differs.
        """
        started, entries = self._lines(self.path)
        for name in [*self._plan, *started]:
            if self._plan.get(name) != started.get(name):
                raise AnnotatorError(
                    f"{self.path}: the run was started with {_difference(name, started, self._plan)}",
                    "resume it with the same inputs and options, or start again with {force}",
                )
        sources = tuple(source for entry in entries for source in entry.sources)
        files = tuple(file for entry in entries for file in entry.files)
        return replace(entries[-1], sources=sources, files=files)

    def recover(self) -> None:
        """Complete the last start or end of the file by a run of the same plan, if a kill interrupted it.

        What a kill left of another is removed.
        """
        if not self._fresh.exists():
            return
        try:
            started, _ = self._lines(self._fresh)
        except AnnotatorError:
            started = {}
        with reporting_os_errors(self.path):
            if started == self._plan:
                durable.rename(self._fresh, self.path)
            else:
                self._fresh.unlink()

    def begin(self, entry: Entry) -> None:
        """Start the file anew, with the entry that the run continues from."""
        self._rewrite(entry)
        with reporting_os_errors(self.path):
            self._stream = durable.reopen(self.path)
            self._stream.seek(0, os.SEEK_END)

    def append(self, entry: Entry) -> None:
        """Add an entry, durably."""
        assert self._stream is not None, "begin() comes first"
        Sink(str(self.path), self._stream).write(self._line(asdict(entry)))
        with reporting_os_errors(self.path):
            os.fsync(self._stream.fileno())

    def end(self, entry: Entry) -> None:
        """Close the file with the entry that the run has ended with, which stands for all the others."""
        self.close()
        self._rewrite(entry)

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()

    def remove(self) -> None:
        """Close and delete the file."""
        self.close()
        with reporting_os_errors(self.path):
            self.path.unlink(missing_ok=True)

    @property
    def _fresh(self) -> Path:
        return self.path.with_name(self.path.name + ".new")

    def _rewrite(self, entry: Entry) -> None:
        self._check = ""
        with reporting_os_errors(self.path):
            with durable.create(self._fresh) as stream:
                Sink(str(self.path), stream).write(self._line(self._plan) + self._line(asdict(entry)))
                os.fsync(stream.fileno())
            durable.rename(self._fresh, self.path)

    def _line(self, values: Mapping[str, Any]) -> bytes:
        line = json.dumps(values).encode()
        self._check = _chained(self._check, line)
        return f"{self._check} ".encode() + line + b"\n"

    @staticmethod
    def _lines(path: Path) -> tuple[dict[str, Any], list[Entry]]:
        """The plan and the entries. Raises AnnotatorError for a file that is no journal."""
        with reporting_os_errors(path, "read"):
            raw = path.read_bytes()
        return read_journal(raw, str(path))


def read_journal(raw: bytes, name: str) -> tuple[dict[str, Any], list[Entry]]:
    """The plan and the entries, at least one, of a journal's bytes. Raises AnnotatorError for what is no journal."""
    lines: list[Any] = []
    check = ""
    try:
        for line in raw[: raw.rfind(b"\n") + 1].splitlines():
            given, _, values = line.partition(b" ")
            check = _chained(check, values)
            if given != check.encode():
                raise ValueError
            lines.append(json.loads(values))
        plan, *entries = lines
        return dict(plan), [_entry(**entry) for entry in [*entries[:-1], entries[-1]]]
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise AnnotatorError(
            f"{name}: is not the journal of a run, or is damaged", "start again with {force}"
        ) from error


def _entry(
    read: Any, output: Any, rejects: Any, counts: Any, sources: Any, files: Any, **others: Any
) -> Entry:  # what asdict() made of it
    return Entry(
        _mark(**read),
        output=Extent(**output),
        rejects=Extent(**rejects),
        counts=Counts(**counts),
        sources=tuple(ReadSource(_mark(**one["end"]), one["stamp"] and Stamp(**one["stamp"])) for one in sources),
        files=tuple(FinishedFile(**one | {"extent": Extent(**one["extent"])}) for one in files),
        **others,
    )


def _mark(position: Any, digest: Any) -> Mark:
    return Mark(Position(**position), digest)


def _chained(check: str, line: bytes) -> str:
    return blake2b(check.encode() + line, digest_size=16).hexdigest()


def _difference(name: str, started: Mapping[str, Any], plan: Mapping[str, Any]) -> str:
    then, now = started.get(name), plan.get(name)
    if isinstance(then, list) and isinstance(now, list):
        if len(then) != len(now):
            return f"{len(then)} {name}, not {len(now)}"
        then, now = next((a, b) for a, b in zip(then, now, strict=True) if a != b)
    return f"{name} {json.dumps(then, ensure_ascii=False)}, not {json.dumps(now, ensure_ascii=False)}"
