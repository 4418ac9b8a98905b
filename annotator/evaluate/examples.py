"""Errors to show as examples, each with the text around it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

from annotator.evaluate.language import language_of
from annotator.evaluate.matching import Kind, Match, Span
from annotator.evaluate.paired_files import Unit

EXAMPLES = 2  # examples of each kind of error, unless more are asked for
CONTEXT = 80  # characters at most, on each side of an example


@dataclass(frozen=True, slots=True)
class Example:
    """An error in its context; labels and texts are '' for a side that has no entity.

    `place` (its name in the JSON report) is the origin of the document, `text` what the two entities cover together,
    `before` and `after` the text around it. `gold_range` and `predicted_range` are the characters of `text` that each
    entity covers, (0, 0) for none. `language` is what the name of the file says, '' if it says nothing.
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
    gold_range: tuple[int, int]
    predicted_range: tuple[int, int]
    language: str


@dataclass(slots=True)
class Examples:
    """At most `most` errors of each kind, drawn evenly from all of them (reservoir sampling, seeded)."""

    most: int = EXAMPLES
    kept: dict[Kind, list[Example]] = field(default_factory=dict)
    seen: Counter[Kind] = field(default_factory=Counter)
    draw: random.Random = field(default_factory=lambda: random.Random(0))

    def add(self, match: Match, gold: Unit) -> None:
        """Offer an error, which may be kept, and then replaces an earlier one if there are enough."""
        kept = self.kept.setdefault(match.kind, [])
        self.seen[match.kind] += 1
        if len(kept) < self.most:
            kept.append(make_example(match, gold))
        elif (index := self.draw.randrange(self.seen[match.kind])) < self.most:
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
        gold_range=_range(match.gold, start, unit),
        predicted_range=_range(match.predicted, start, unit),
        language=language_of(unit.origin.source),
    )


def _range(span: Span | None, start: int, unit: Unit) -> tuple[int, int]:
    """The characters of a span in the text of the tokens from `start` onwards."""
    if span is None:
        return 0, 0
    end = len(unit.joined(start, span.end))
    return end - len(unit.joined(span.start, span.end)), end
