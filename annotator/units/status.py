"""How far a divided run is, by what its output folder holds: which units are done, under way or missing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field

from annotator.display import visible_json
from annotator.errors import AnnotatorError
from annotator.output.folders import Folder
from annotator.run.counts import Counts
from annotator.run.journal import read_journal
from annotator.units.division import plan_in
from annotator.units.plan import Plan, journal_of

DONE, UNDER_WAY, MISSING, DAMAGED = STATES = ("done", "under way", "missing", "damaged")
_READERS = 16  # journals that are read at once: each takes an answer of a server


@dataclass(frozen=True, slots=True)
class UnitStatus:
    """One unit: its number from 0, its source, its shard, its state (one of STATES), and what it has so far.

    `length` and `digest` are those of the shard, if it is done.
    """

    number: int
    source: str
    shard: str
    state: str
    counts: Counts = field(default_factory=Counts)
    length: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """The plan of a divided run, and all its units."""

    plan: Plan
    units: tuple[UnitStatus, ...]

    @property
    def whole(self) -> bool:
        """Whether all units are done."""
        return all(unit.state == DONE for unit in self.units)

    @property
    def counts(self) -> Counts:
        """What all units have so far."""
        total = Counts()
        for state in STATES:
            total.add(self.counts_of(state))
        return total

    def counts_of(self, state: str) -> Counts:
        """What the units in a state have so far."""
        total = Counts()
        for unit in self.units:
            if unit.state == state:
                total.add(unit.counts)
        return total

    @property
    def states(self) -> Counter[str]:
        """How many units are in each state."""
        return Counter(unit.state for unit in self.units)

    @property
    def with_rejects(self) -> list[UnitStatus]:
        """The units with records that could not be read."""
        return [unit for unit in self.units if unit.counts.rejected]

    def to_json(self) -> str:
        """The status as one JSON object, with those units that are not done or have rejects."""
        notable = [unit for unit in self.units if unit.state != DONE or unit.counts.rejected]
        states = self.states
        text = json.dumps(
            {
                "whole": self.whole,
                "units": len(self.units),
                **{state.replace(" ", "_"): states[state] for state in STATES},
                "with_rejects": len(self.with_rejects),
                **asdict(self.counts),
                "notable": [
                    {"unit": one.number, "source": one.source, "shard": one.shard, "state": one.state}
                    | {"written": one.counts.written, "rejected": one.counts.rejected}
                    for one in notable
                ],
            },
            indent=2,
            ensure_ascii=False,
        )
        return visible_json(text)


def status_of(folder: Folder) -> Status:
    """The status of a divided run. At a URI, a unit is under way without a trace, and so is missing.

    A unit is damaged if it was done, but its shard has another length now, or its journal cannot be read. Raises
    AnnotatorError for a folder without a plan, or with one that is damaged.
    """
    plan = plan_in(folder)
    sizes = folder.sizes()
    digest = plan.digest
    planned = [(source.name, shard) for source in plan.sources for shard in source.shards]

    def unit(number: int) -> UnitStatus:
        source, shard = planned[number]
        return _unit(folder, digest, number, source, shard, sizes)

    with ThreadPoolExecutor(_READERS) as pool:
        return Status(plan, tuple(pool.map(unit, range(len(planned)), chunksize=1)))


def _unit(folder: Folder, digest: str, number: int, source: str, shard: str, sizes: Mapping[str, int]) -> UnitStatus:
    name = journal_of(shard)
    raw = folder.read(name) if name in sizes else None
    if raw is None:
        return UnitStatus(number, source, shard, MISSING)
    try:
        plan, entries = read_journal(raw, name)
    except AnnotatorError:
        return UnitStatus(number, source, shard, DAMAGED)
    last = entries[-1]
    if plan.get("plan") != digest:
        return UnitStatus(number, source, shard, DAMAGED)
    if not last.finished:
        return UnitStatus(number, source, shard, UNDER_WAY, last.counts)
    extent = last.files[-1].extent
    size = sizes.get(shard, folder.size(shard))  # which a shard may have got since
    state = MISSING if size is None else DONE if size == extent.length else DAMAGED
    return UnitStatus(number, source, shard, state, last.counts, extent.length, extent.digest)
