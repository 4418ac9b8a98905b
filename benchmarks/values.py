"""How fast sentences and documents are made, with their checks and without: `python benchmarks/values.py`.

Prints a JSON object with words per second of processor time, the best of several rounds. Checked values should be made
at 1,000,000 words per second at least.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

from annotator.document import Document, Entity, Origin, Sentence, Word

WORDS = 20  # in a sentence; a document here is one sentence with two entities
COUNT = 5_000
ROUNDS = 7
TEXT = "Wort " * WORDS
OFFSETS = [offset for start in range(0, 5 * WORDS, 5) for offset in (start, start + 4)]
PACKED = Sentence.of(OFFSETS).packed
ORIGIN = Origin("made", 1)


def document(sentence: Sentence) -> Document:
    """A document of the sentence, with two new entities."""
    entities = (Entity(0, 9, "PER", 0.9), Entity(50, 54, "LOC", 0.8))
    return Document("id", TEXT, ORIGIN, {}, (sentence,), entities)


def words_per_second(make: Callable[[], object]) -> int:
    """How many words per second `make` handles, in the best round."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(COUNT):
            make()
        best = min(best, time.process_time() - started)
    return round(COUNT * WORDS / best)


def main() -> None:
    """Measure each way to make the values and print the figures as JSON."""
    ways: dict[str, Callable[[], object]] = {
        "Sentence of Word objects": lambda: Sentence([Word(start, start + 4) for start in range(0, 5 * WORDS, 5)]),
        "Sentence.of": lambda: Sentence.of(OFFSETS),
        "Sentence.unchecked": lambda: Sentence.unchecked(PACKED),
        "Document of Sentence.of": lambda: document(Sentence.of(OFFSETS)),
        "Document of Sentence.unchecked": lambda: document(Sentence.unchecked(PACKED)),
    }
    figures = {name: words_per_second(make) for name, make in ways.items()}
    sys.stdout.write(json.dumps({"words per second": figures}) + "\n")


if __name__ == "__main__":
    main()
