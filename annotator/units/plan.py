"""The plan of a divided run: its units, in order, and everything that must be the same for each of its workers.

It depends on the input, the options and the size of units only. It is kept in the output folder, in JSON Lines: the
settings, then for each source its name, size and shard, with the portions that it is cut into, and at the end a digest
of all lines before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import count
from pathlib import PurePath
from typing import Any

from annotator.errors import AnnotatorError, UsageError
from annotator.formats import input_format
from annotator.formats.base import WHOLE, Portion
from annotator.input.records import Input
from annotator.input.sources import Source
from annotator.output.shards import shard_names
from annotator.run.beginning import JOURNAL
from annotator.units.cuts import Cut, cuts_of


def journal_of(shard: str) -> str:
    """The name, in the folder, of the journal of the unit with this shard: hidden, as the runner names it."""
    return _hidden(shard, JOURNAL)


def rejects_of(shard: str) -> str:
    """The name of its file of rejects, which is hidden so that the folder can be read as an input."""
    return _hidden(shard, "rejects.jsonl")


def _hidden(shard: str, kind: str) -> str:
    folder, slash, name = shard.rpartition("/")
    return f"{folder}{slash}.{name}.{kind}"


@dataclass(frozen=True, slots=True)
class Unit:
    """What one worker does at a time: a source or a portion of it, and the name of its shard in the folder."""

    number: int
    source: Source
    portion: Portion
    shard: str


@dataclass(frozen=True, slots=True)
class PlannedSource:
    """A source as the plan has it: `cuts` is empty if it is one unit."""

    name: str
    size: int | None
    shard: str
    cuts: tuple[Cut, ...] = ()

    @property
    def shards(self) -> list[str]:
        """The names of its shards, in order."""
        if not self.cuts:
            return [self.shard]
        path = PurePath(self.shard)
        return [path.with_name(f"{path.stem}.{n:05d}{path.suffix}").as_posix() for n in range(len(self.cuts))]


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings of a divided run, in values that JSON has, and its sources in order."""

    settings: Mapping[str, Any]
    sources: Sequence[PlannedSource]

    @property
    def shards(self) -> list[str]:
        """The names of the shards of all units, in order."""
        return [shard for source in self.sources for shard in source.shards]

    def to_bytes(self) -> bytes:
        """The plan as it is kept."""
        lines = [json.dumps(self.settings, sort_keys=True)]
        lines += (json.dumps([one.name, one.size, one.shard, *map(list, one.cuts)]) for one in self.sources)
        content = "".join(f"{line}\n" for line in lines).encode()
        return content + f"{_digest(content)}\n".encode()

    @property
    def digest(self) -> str:
        """The digest of the plan, by which the journals of its units name it."""
        return self.to_bytes().splitlines()[-1].decode()

    @classmethod
    def from_bytes(cls, raw: bytes, kept: str) -> Plan:
        """The plan that was kept. Raises AnnotatorError, which calls it `kept`, for any damage."""
        end = raw.rstrip(b"\n").rfind(b"\n") + 1
        try:
            if raw[end:].decode() != f"{_digest(raw[:end])}\n":
                raise ValueError
            settings, *sources = map(json.loads, raw[:end].splitlines())
            planned = [
                PlannedSource(name, size, shard, tuple(Cut(*cut) for cut in cuts))
                for name, size, shard, *cuts in sources
            ]
            return cls(settings, planned)
        except (ValueError, TypeError) as error:
            raise AnnotatorError(f"{kept}: is not the plan of a run, or is damaged", "name another {output}") from error

    def units(self, given: Input) -> list[Unit]:
        """The units of this input, which is that of the plan."""
        return list(self._units(given))

    def _units(self, given: Input) -> Iterator[Unit]:
        numbers = count()
        for source, planned in zip(given.sources, self.sources, strict=True):
            if not planned.cuts:
                yield Unit(next(numbers), source, WHOLE, planned.shard)
                continue
            of_rows = input_format(given.format_name, source.name).name == "parquet"
            for cut, shard in zip(planned.cuts, planned.shards, strict=True):
                yield Unit(next(numbers), *_portion(source, cut, of_rows), shard)


def make_plan(given: Input, settings: Mapping[str, Any], unit_size: int, folder: str, suffix: str) -> Plan:
    """The plan for an input whose shards, with a suffix, are to be in a folder.

    Raises UsageError for an input without files or whose sources cannot be opened by each worker, and for two units
    whose shards would have one name; AnnotatorError for a file that is to be divided and cannot be read.
    """
    check_divisible(given)
    names = shard_names(folder, given.sources, suffix)
    plan = Plan(
        settings,
        [
            PlannedSource(source.name, source.size, name.as_posix(), cuts_of(given, source, unit_size))
            for source, name in zip(given.sources, names, strict=True)
        ],
    )
    shards = plan.shards
    if len(set(shards)) < len(shards):
        twice = next(shard for shard in shards if shards.count(shard) > 1)
        raise UsageError(f"two units would be written to {PurePath(folder) / twice}", "rename one of their inputs")
    return plan


def check_divisible(given: Input) -> None:
    """Raises UsageError for an input that is empty or that is read from stdin or a pipe."""
    if not given.sources:
        raise UsageError("there is nothing to divide into units", "name files, folders or URIs")
    for source in given.sources:
        if source.size is None:
            raise UsageError(f"{source.name}: cannot be divided among workers", "name files, folders or URIs")


def check_same(stored: Plan, settings: Mapping[str, Any], given: Input, name: str) -> None:
    """Raises AnnotatorError, which calls the plan `name`, if it is not for these settings and this input."""
    for key in sorted({*stored.settings, *settings}):
        then, now = (json.dumps(one.get(key), ensure_ascii=False) for one in (stored.settings, settings))
        if then != now:
            raise _other(name, f"{key} {_short(then)}, not {_short(now)}")
    if len(stored.sources) != len(given.sources):
        raise _other(name, f"{len(stored.sources):,} inputs, not {len(given.sources):,}")
    for planned, source in zip(stored.sources, given.sources, strict=True):
        if planned.name != source.name:
            raise _other(name, f"the input {planned.name}, not {source.name}")
        if planned.size != source.size:
            raise _other(name, f"{source.name} of {planned.size:,} bytes, not {source.size:,}")


def _other(name: str, difference: str) -> AnnotatorError:
    return AnnotatorError(
        f"{name}: the units were planned for {difference}", "give the same inputs and options, or name another {output}"
    )


def _short(value: str) -> str:
    return value if len(value) <= 80 else f"{value[:77]}..."


def _portion(source: Source, cut: Cut, of_rows: bool) -> tuple[Source, Portion]:
    if of_rows:
        return replace(source, size=cut.size), Portion(cut.first, (cut.start, cut.end))
    return replace(source, size=cut.size, between=(cut.start, cut.end)), Portion(cut.first)


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()
