"""Errors to show as examples, each with the text around it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

from annotator.evaluate.matching import Kind, Match
from annotator.evaluate.paired_files import Unit

EXAMPLES = 2  # examples of each kind of error
CONTEXT = 80  # characters at most, on each side of an example


@dataclass(frozen=True, slots=True)
class Example:
    """An error in its context; labels and texts are '' for a side that has no entity.

    `place` (its name in the JSON report) is the origin of the document, `text` what the two entities cover together,
    `before` and `after` the text around it.
    """

    kind: Kind
    place: str
    sentence: int
    gold_label: str
    gold_text: str
    predicted_label: str
    predicted_text: str
    before: str
    text: str
    after: str


@dataclass(slots=True)
class Examples:
    """A few errors of each kind, drawn evenly from all of them (reservoir sampling, seeded)."""

    kept: dict[Kind, list[Example]] = field(default_factory=dict)
    seen: Counter[Kind] = field(default_factory=Counter)
    draw: random.Random = field(default_factory=lambda: random.Random(0))

    def add(self, match: Match, gold: Unit) -> None:
        """Offer an error, which may be kept, and then replaces an earlier one if there are enough."""
        kept = self.kept.setdefault(match.kind, [])
        self.seen[match.kind] += 1
        if len(kept) < EXAMPLES:
            kept.append(make_example(match, gold))
        elif (index := self.draw.randrange(self.seen[match.kind])) < EXAMPLES:
            kept[index] = make_example(match, gold)


def make_example(match: Match, unit: Unit) -> Example:
    """The example of an error in a unit of the gold."""
    sides = [span for span in (match.gold, match.predicted) if span]
    start, end = min(span.start for span in sides), max(span.end for span in sides)
    texts = [unit.joined(span.start, span.end) if span else "" for span in (match.gold, match.predicted)]
    before, after = unit.joined(start - CONTEXT - 1, start), unit.joined(end, end + CONTEXT + 1)
    return Example(
        kind=match.kind,
        place=str(unit.origin),
        sentence=unit.number,
        gold_label=match.gold.label if match.gold else "",
        gold_text=texts[0],
        predicted_label=match.predicted.label if match.predicted else "",
        predicted_text=texts[1],
        before=before if len(before) <= CONTEXT else f"…{before[1 - CONTEXT :]}",
        text=unit.joined(start, end),
        after=after if len(after) <= CONTEXT else f"{after[: CONTEXT - 1]}…",
    )
