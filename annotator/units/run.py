"""A run divided into units: the units of one part, done in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from annotator.run.counts import Counts
from annotator.run.lock import LockedError
from annotator.run.progress import Progress
from annotator.units.division import Division
from annotator.units.part import Part
from annotator.units.plan import Unit
from annotator.units.worker import Worker

Warn = Callable[[str], None]
# The seconds after which a unit that another worker was doing is looked at again: that one may just have been killed.
LOOK_AGAIN = 1.0


def run_part(division: Division, units: Sequence[Unit], part: Part, display: str, warn: Warn) -> Progress:
    """Do the units of a part; returns what they have read and written, those done before included.

    A unit that another worker is doing is left to it, which `warn` is told. Raises AnnotatorError.
    """
    mine = part.of_units(units)
    progress = progress_of(mine)
    worker = Worker(division, warn)
    with progress.shown(display):
        left = [unit for unit in mine if not _did(worker, unit, progress)]
        if left:
            time.sleep(LOOK_AGAIN)
        left = [unit for unit in left if not _did(worker, unit, progress)]
    say_left(left, warn)
    return progress


def say_left(left: Sequence[Unit], warn: Warn) -> None:
    """Tell `warn` which units were left to other workers, if there are any."""
    if left:
        more = f" and {len(left) - 1} more" if len(left) > 1 else ""
        warn(f"left to the workers that are doing them: {left[0].shard}{more}")


def progress_of(units: Sequence[Unit]) -> Progress:
    """The progress of units, none of which has begun."""
    sizes = [unit.source.size for unit in units]
    return Progress(Counts(), None if None in sizes else sum(size or 0 for size in sizes))


def _did(worker: Worker, unit: Unit, progress: Progress) -> bool:
    try:
        worker.do(unit, progress)
        return True
    except LockedError:
        return False
