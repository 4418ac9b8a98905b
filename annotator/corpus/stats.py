"""Counts of a corpus: documents, sentences, words, entities by label, and the most frequent names."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from rich import box
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from annotator.document import Document

# When there are more distinct names than this, those that are rarest so far are forgotten.
MOST_NAMES = 500_000
LONGEST_LABEL = 30


@dataclass(slots=True)
class Stats:
    """What is in a corpus. `names` counts (label, name); `all_names` is False where rare ones were forgotten."""

    documents: int = 0
    characters: int = 0
    sentences: int = 0
    words: int = 0
    entities: Counter[str] = field(default_factory=Counter)
    names: Counter[tuple[str, str]] = field(default_factory=Counter)
    all_names: bool = True

    def add(self, document: Document) -> None:
        """Count a document."""
        self.documents += 1
        self.characters += len(document.text)
        for sentence in document.sentences or ():
            self.sentences += 1
            self.words += len(sentence)
        for entity in document.entities:
            self.entities[entity.label] += 1
            name = " ".join(document.text[entity.start : entity.end].split())
            self.names[entity.label, name] += 1
        if len(self.names) > MOST_NAMES:
            self.names = Counter(dict(self.names.most_common(MOST_NAMES // 2)))
            self.all_names = False

    def top(self, label: str, most: int) -> list[tuple[str, int]]:
        """The most frequent names of a label, equally frequent ones in the order of the alphabet."""
        named = [(name, count) for (of, name), count in self.names.items() if of == label]
        return sorted(named, key=lambda item: (-item[1], item[0]))[:most]

    @property
    def labels(self) -> list[str]:
        """The labels, the most frequent first."""
        return sorted(self.entities, key=lambda label: (-self.entities[label], label))


def count(documents: Iterable[Document]) -> Stats:
    """The counts of documents. Memory is bounded: at most MOST_NAMES names are counted at a time."""
    stats = Stats()
    for document in documents:
        stats.add(document)
    return stats


def to_json(stats: Stats, most: int) -> str:
    """The counts as one object of JSON, with the `most` frequent names of each label."""
    shown = {
        "documents": stats.documents,
        "characters": stats.characters,
        "sentences": stats.sentences,
        "words": stats.words,
        "entities": stats.entities.total(),
        "labels": {
            label: {
                "entities": stats.entities[label],
                "names": [{"name": name, "count": number} for name, number in stats.top(label, most)],
            }
            for label in stats.labels
        },
        "all_names": stats.all_names,
    }
    return json.dumps(shown, ensure_ascii=False, indent=2)


def in_terminal(stats: Stats, most: int) -> str:
    """The counts as tables, as wide as the terminal; long names are cut."""
    console = Console()
    with console.capture() as captured:
        console.print(_totals(stats))
        if stats.entities:
            console.print()
            console.print(_labels(stats, most))
        if not stats.all_names:
            console.print(f" There are over {MOST_NAMES:,} names: counts of rare ones may be too low.", style="dim")
    return captured.get()


def _table(*columns: Column) -> Table:
    return Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)


def _number(name: str) -> Column:
    return Column(name, justify="right", no_wrap=True)


def _totals(stats: Stats) -> Table:
    table = _table(Column(""), _number("count"), _number("a document"))
    totals = {
        "documents": stats.documents,
        "characters": stats.characters,
        "sentences": stats.sentences,
        "words": stats.words,
        "entities": stats.entities.total(),
    }
    for name, number in totals.items():
        mean = f"{number / stats.documents:,.1f}" if stats.documents and name != "documents" else ""
        table.add_row(name, f"{number:,}", mean)
    return table


def _labels(stats: Stats, most: int) -> Table:
    # The last column gives way where a row would be too long; labels are cut at a length.
    table = _table(Column("label", no_wrap=True), _number("entities"), _number("share"), Column("most frequent names"))
    for label in stats.labels:
        number = stats.entities[label]
        shown = Text(label)
        shown.truncate(LONGEST_LABEL, overflow="ellipsis")
        names = ", ".join(f"{name} ({times:,})" for name, times in stats.top(label, most))
        share = f"{number / stats.entities.total():.1%}"
        table.add_row(shown, f"{number:,}", share, Text(names, no_wrap=True, overflow="ellipsis"))
    return table
