"""Names that the gold tags in several ways: where it may be wrong.

A name that is nearly always a place and once an organisation, or once nothing at all, is often an error of annotation
(label consistency; Fu, Liu and Neubig 2020). Names that are really ambiguous are listed last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import nlargest

from annotator.document import OUTSIDE, Origin
from annotator.evaluate.buckets import name_of
from annotator.evaluate.paired_files import Unit

MOST_NAMES = 100_000  # beyond this many different names, the rarest so far are forgotten
PLACES = 3  # kept for each label of a name
SHOWN = 100  # in a report


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """A name that usually has one label and sometimes another (`O` for none), and the first places of the latter."""

    text: str
    usual: str
    usual_count: int
    other: str
    other_count: int
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Consistency:
    """The first SHOWN of `found` inconsistencies, the most suspicious first.

    `complete` is False once rare names were forgotten.
    """

    inconsistencies: tuple[Inconsistency, ...] = ()
    found: int = 0
    complete: bool = True


@dataclass(slots=True)
class _Use:
    """How often a name has one label, and the first places where it does: (origin, number of the sentence)."""

    count: int = 0
    places: list[tuple[Origin, int]] = field(default_factory=list)


@dataclass(slots=True)
class GoldNames:
    """The labels of all names of the gold. Memory is bounded: at most MOST_NAMES are counted at a time.

    Untagged names are the runs of capitalised words outside entities; in scripts without capitals there are none.
    """

    uses: dict[str, dict[str, _Use]] = field(default_factory=dict)
    complete: bool = True

    def add(self, unit: Unit) -> None:
        """Count the names of a unit of the gold."""
        tokens = unit.tokens
        for span in unit.spans:
            self._count(name_of(unit, tokens, span), span.label, unit)
        if unit.words is not None:
            for name in _capitalised_runs(unit, tokens):
                self._count(name, OUTSIDE, unit)
        if len(self.uses) > MOST_NAMES:
            frequent = nlargest(MOST_NAMES // 2, self.uses, key=lambda name: sum(map(_count, self.uses[name].values())))
            self.uses = {name: self.uses[name] for name in frequent}
            self.complete = False

    def _count(self, name: str, label: str, unit: Unit) -> None:
        use = self.uses.setdefault(name, {}).setdefault(label, _Use())
        use.count += 1
        if use.count <= PLACES:
            use.places.append((unit.origin, unit.number))

    def consistency(self) -> Consistency:
        """The names with several labels: first those where the other label is rarest beside the usual one."""
        found = [one for name, uses in self.uses.items() if len(uses) > 1 for one in _inconsistencies(name, uses)]
        found.sort(key=lambda one: (one.other_count / one.usual_count, -one.usual_count, one.text, one.other))
        return Consistency(tuple(found[:SHOWN]), len(found), self.complete)


def _count(use: _Use) -> int:
    return use.count


def _inconsistencies(name: str, uses: dict[str, _Use]) -> Iterator[Inconsistency]:
    usual, *others = sorted(uses.keys() - {OUTSIDE}, key=lambda label: (-uses[label].count, label))
    # A word that is mostly no name, such as the first of a sentence, is not suspicious where it is none.
    if OUTSIDE in uses and uses[OUTSIDE].count <= uses[usual].count:
        others.append(OUTSIDE)
    for other in others:
        places = tuple(f"{origin}, sentence {number}" for origin, number in uses[other].places)
        yield Inconsistency(name, usual, uses[usual].count, other, uses[other].count, places)


def _capitalised_runs(unit: Unit, tokens: Sequence[str]) -> Iterator[str]:
    """The longest runs of capitalised words outside entities."""
    inside = {index for span in unit.spans for index in range(span.start, span.end)}
    run: list[str] = []
    for index, token in enumerate(tokens):
        if index not in inside and token[0].isupper():
            run.append(token)
        elif run:
            yield " ".join(run)
            run = []
    if run:
        yield " ".join(run)
