"""A cluster, simulated: how long a plan of units takes on 1 to 64 replicas, and what it costs in machine hours.

python benchmarks/cluster.py                              # 10^9 and 10^12 words on every machine
python benchmarks/cluster.py --words 1e10 --machine L4 --assign parts

No text is read and nothing sleeps: simpy advances a clock from event to event. Its engines take the time that the
table MACHINES says. Some replicas are slow, some die in the middle of a unit, which is then begun again. The same
arguments give the same figures.
"""

from __future__ import annotations

import math
import random
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import click
import simpy

from annotator.tables import markdown_table

# Words a second. Measured: see docs/scale.md.
PREPARE = 110_000  # segmented and encoded by one core
MAIN = 800_000  # read, decoded and written by one process
# Assumptions: seconds, words and shares.
START = 60  # from the scheduler's decision until the model is loaded
UNIT_OVERHEAD = 0.5  # opening, syncing and naming the files of a unit
UNIT_WORDS = 11_000_000  # of 64 MB of text
SMALLEST = 0.2  # of a unit of full size; units are files, too, which are not all of one size
REPLICAS = (1, 2, 4, 8, 16, 32, 64)


@dataclass(frozen=True)
class Machine:
    """A replica: the speed of its engine in words a second, its cores, and the processes that share the engine."""

    name: str
    engine: float
    cores: int
    processes: int = 1

    @property
    def limits(self) -> dict[str, float]:
        """The words a second that each stage allows. On a lone core, the engine's figure includes the other stages."""
        if self.cores == 1:
            return {"engine": self.engine}
        return {
            "engine": self.engine,
            "preparation": PREPARE * (self.cores - self.processes),
            "main process": MAIN * self.processes,
        }

    @property
    def limit(self) -> str:
        """The stage that limits."""
        return min(self.limits, key=self.limits.__getitem__)

    @property
    def rate(self) -> float:
        """Words a second."""
        return self.limits[self.limit]


@dataclass(frozen=True)
class Faults:
    """What goes wrong, all of it assumed.

    `slow`: the share of replicas that are stragglers, and `speed`: theirs. `dead`: the share that dies once, in the
    first half of the run (at least one, unless it is 0), and `restart`: seconds until the scheduler starts one again.
    """

    slow: float = 0.05
    speed: float = 0.5
    dead: float = 0.01
    restart: float = 300


# The core is measured; the engines of the GPUs are computed from their data sheets: see docs/scale.md.
MACHINES = (
    Machine("CPU core", 1_770, 1),
    Machine("L4", 350_000, 6),
    Machine("H100", 2_900_000, 16),
    Machine("H100, 4 processes", 2_900_000, 32, processes=4),
)


@dataclass
class Outcome:
    """The seconds until all was done, those that each replica ran, the words done, and the seconds of lost work."""

    end: float = 0
    ran: list[float] = field(default_factory=list)
    done: int = 0
    lost: float = 0


def plan(words: int, seed: int = 0) -> list[int]:
    """The sizes of units, in words, that are `words` together."""
    draw = random.Random(seed)
    units = []
    while words > 0:
        units.append(min(words, round(UNIT_WORDS * draw.uniform(SMALLEST, 1))))
        words -= units[-1]
    return units


def simulate(
    units: Sequence[int], replicas: int, machine: Machine, queue: bool, faults: Faults = Faults(), seed: int = 0
) -> Outcome:
    """The outcome of a run.

    With `queue`, a replica takes the next unit that is left; without, number i of N does every N-th unit, as `--part`
    says.
    """
    draw = random.Random(seed)
    env = simpy.Environment()
    outcome = Outcome()
    left = [list(reversed(units))] if queue else [list(reversed(units[number::replicas])) for number in range(replicas)]
    slow = set(draw.sample(range(replicas), math.floor(faults.slow * replicas + 0.5)))
    dying = set(draw.sample(range(replicas), max(1, round(faults.dead * replicas)) if faults.dead else 0))
    expected = START + sum(units) / machine.rate / replicas
    for number in range(replicas):
        speed = machine.rate * (faults.speed if number in slow else 1)
        overhead = UNIT_OVERHEAD / machine.processes  # while one waits for its files, the others compute
        process = env.process(_replica(env, left[number % len(left)], speed, overhead, faults.restart, outcome))
        if number in dying:
            env.process(_kill(env, process, draw.uniform(START, (START + expected) / 2)))
    env.run()
    outcome.end = max(outcome.ran)
    return outcome


def _replica(
    env: simpy.Environment, left: list[int], speed: float, overhead: float, restart: float, outcome: Outcome
) -> Generator[Any]:
    wait: float = START
    while True:
        unit, began = 0, env.now
        try:
            yield env.timeout(wait)
            wait = 0
            if not left:
                break
            unit, began = left.pop(), env.now
            yield env.timeout(unit / speed + overhead)
            outcome.done += unit
        except simpy.Interrupt:  # it died
            if unit:
                left.append(unit)
                outcome.lost += env.now - began
            wait = restart + START
    outcome.ran.append(env.now)


def _kill(env: simpy.Environment, process: simpy.Process, at: float) -> Generator[Any]:
    yield env.timeout(at)
    if process.is_alive:
        process.interrupt()


def rows(words: int, machine: Machine, queue: bool) -> Iterator[tuple[str, ...]]:
    """A row for each number of replicas."""
    units = plan(words)
    ideal = words / machine.rate
    for replicas in REPLICAS:
        outcome = simulate(units, replicas, machine, queue)
        assert outcome.done == words
        yield (
            machine.name,
            f"{machine.rate:,.0f}",
            machine.limit,
            str(replicas),
            f"{outcome.end / 3600:,.2f}",
            f"{ideal / (replicas * outcome.end):.0%}",
            f"{sum(outcome.ran) / 3600:,.1f}",
            f"{replicas * outcome.end / 3600:,.1f}",
        )


@click.command()
@click.option("--words", type=float, multiple=True, default=(1e9, 1e12), show_default=True)
@click.option("--machine", "name", type=click.Choice([machine.name for machine in MACHINES]), help="[default: all]")
@click.option("--assign", type=click.Choice(["queue", "parts"]), default="queue", show_default=True)
def cluster(words: Sequence[float], name: str | None, assign: str) -> None:
    """Simulate and print a table for each number of words."""
    columns = ("replica", "words/s", "limited by", "replicas", "hours", "efficiency", "hours used", "hours held")
    for number in words:
        units = plan(round(number))
        click.echo(f"{number:,.0f} words in {len(units):,} units, assigned by {assign}\n")
        chosen = [machine for machine in MACHINES if name in (None, machine.name)]
        table = [row for machine in chosen for row in rows(round(number), machine, assign == "queue")]
        click.echo(markdown_table(columns, table))


if __name__ == "__main__":
    cluster()
