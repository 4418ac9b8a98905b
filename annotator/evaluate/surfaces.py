"""The names that are most often missed, spurious or given another label, as they stand in the text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from annotator.evaluate.buckets import name_of
from annotator.evaluate.matching import Kind, Match
from annotator.evaluate.paired_files import Unit

MOST_NAMES = 200_000  # beyond this many different errors, the rarest so far are forgotten
SHOWN = 50  # of each kind in a report
KINDS = (Kind.MISSED, Kind.SPURIOUS, Kind.LABEL)


@dataclass(frozen=True, slots=True)
class Surface:
    """A name with the label that it has in the gold and the one that was predicted ('' for none), and how often."""

    kind: Kind
    text: str
    gold: str
    predicted: str
    count: int


@dataclass(frozen=True, slots=True)
class Surfaces:
    """The most frequent names of each kind of error; `complete` is False once rare ones were forgotten."""

    missed: tuple[Surface, ...] = ()
    spurious: tuple[Surface, ...] = ()
    confused: tuple[Surface, ...] = ()
    complete: bool = True


@dataclass(slots=True)
class SurfaceCounts:
    """How often each name has each error. Memory is bounded: at most MOST_NAMES are counted at a time."""

    counts: Counter[tuple[Kind, str, str, str]] = field(default_factory=Counter)
    complete: bool = True

    def add(self, unit: Unit, matches: Sequence[Match]) -> None:
        """Count the errors of a unit of the gold."""
        tokens: Sequence[str] = ()
        for match in matches:
            span = match.gold or match.predicted
            if match.kind in KINDS and span:
                tokens = tokens or unit.tokens
                gold, predicted = (side.label if side else "" for side in (match.gold, match.predicted))
                self.counts[match.kind, gold, predicted, name_of(unit, tokens, span)] += 1
        if len(self.counts) > MOST_NAMES:
            self.counts = Counter(dict(self.counts.most_common(MOST_NAMES // 2)))
            self.complete = False

    def surfaces(self) -> Surfaces:
        """The SHOWN most frequent names of each kind; equally frequent ones in alphabetical order."""
        found: dict[Kind, list[Surface]] = {kind: [] for kind in KINDS}
        for (kind, gold, predicted, text), count in self.counts.items():
            found[kind].append(Surface(kind, text, gold, predicted, count))
        missed, spurious, confused = (
            tuple(sorted(found[kind], key=lambda one: (-one.count, one.text, one.gold, one.predicted))[:SHOWN])
            for kind in KINDS
        )
        return Surfaces(missed, spurious, confused, self.complete)
