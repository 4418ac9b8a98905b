"""Counts of a corpus: documents, sentences, words, entities by label, and the most frequent texts of entities."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from annotator.display import visible, visible_json
from annotator.document import Document
from annotator.tables import number_column, terminal_table

MOST_TEXTS = 500_000  # beyond this many different texts of entities, the rarest so far are forgotten
LONGEST_LABEL = 30


@dataclass(slots=True)
class Stats:
    """What is in a corpus. `texts` counts (label, text) of entities; `all_texts` is False once rare ones are forgotten.

    A text is counted with single spaces for its white space.
    """

    documents: int = 0
    characters: int = 0
    sentences: int = 0
    words: int = 0
    entities: Counter[str] = field(default_factory=Counter)
    texts: Counter[tuple[str, str]] = field(default_factory=Counter)
    all_texts: bool = True

    def add(self, document: Document) -> None:
        """Count a document."""
        self.documents += 1
        self.characters += len(document.text)
        for sentence in document.sentences or ():
            self.sentences += 1
            self.words += len(sentence)
        for entity in document.entities:
            self.entities[entity.label] += 1
            text = " ".join(document.text[entity.start : entity.end].split())
            self.texts[entity.label, text] += 1
        if len(self.texts) > MOST_TEXTS:
            self.texts = Counter(dict(self.texts.most_common(MOST_TEXTS // 2)))
            self.all_texts = False

    def top(self, label: str, most: int) -> list[tuple[str, int]]:
        """The `most` frequent texts of a label; equally frequent ones in alphabetical order."""
        counted = [(text, number) for (of, text), number in self.texts.items() if of == label]
        return sorted(counted, key=lambda item: (-item[1], item[0]))[:most]

    @property
    def labels(self) -> list[str]:
        """The labels, most frequent first."""
        return sorted(self.entities, key=lambda label: (-self.entities[label], label))

    @property
    def totals(self) -> dict[str, int]:
        """How many of each unit there are, from documents to entities."""
        return {
            "documents": self.documents,
            "characters": self.characters,
            "sentences": self.sentences,
            "words": self.words,
            "entities": self.entities.total(),
        }


def count(documents: Iterable[Document]) -> Stats:
    """The counts of documents. Memory is bounded: at most MOST_TEXTS texts are counted at a time."""
    stats = Stats()
    for document in documents:
        stats.add(document)
    return stats


def to_json(stats: Stats, most: int) -> str:
    """The counts as one JSON object, with the `most` frequent texts of each label."""
    labels = {
        label: {
            "entities": stats.entities[label],
            "names": [{"name": text, "count": number} for text, number in stats.top(label, most)],
        }
        for label in stats.labels
    }
    counts = {**stats.totals, "labels": labels, "all_names": stats.all_texts}
    return visible_json(json.dumps(counts, ensure_ascii=False, indent=2))


def in_terminal(stats: Stats, most: int) -> str:
    """The counts as tables that fit the terminal, with the `most` frequent texts of each label; long rows are cut."""
    console = Console()
    with console.capture() as captured:
        console.print(_totals(stats))
        if stats.entities:
            console.print()
            console.print(_labels(stats, most))
        if not stats.all_texts:
            console.print(f" There are over {MOST_TEXTS:,} names: counts of rare ones may be too low.", style="dim")
    return captured.get()


def _totals(stats: Stats) -> Table:
    table = terminal_table(Column(""), number_column("count"), number_column("a document"))
    for unit, number in stats.totals.items():
        mean = f"{number / stats.documents:,.1f}" if stats.documents and unit != "documents" else ""
        table.add_row(unit, f"{number:,}", mean)
    return table


def _labels(stats: Stats, most: int) -> Table:
    # Where a row would be too long, the last column is cut; labels are cut at LONGEST_LABEL.
    table = terminal_table(
        Column("label", no_wrap=True),
        number_column("entities"),
        number_column("share"),
        Column("most frequent names"),
    )
    for label in stats.labels:
        number = stats.entities[label]
        shown = Text(visible(label))
        shown.truncate(LONGEST_LABEL, overflow="ellipsis")
        texts = ", ".join(f"{text} ({times:,})" for text, times in stats.top(label, most))
        share = f"{number / stats.entities.total():.1%}"
        table.add_row(shown, f"{number:,}", share, Text(visible(texts), no_wrap=True, overflow="ellipsis"))
    return table
