"""What has been read and written so far, counted and shown on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tqdm import tqdm

from .types import Document


@dataclass(slots=True)
class Counts:
    """Counts of one run: `read = written + rejected` at its end."""

    read: int = 0
    written: int = 0
    rejected: int = 0
    words: int = 0
    entities: int = 0
    started: float = field(default_factory=time.monotonic)

    def reading(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The documents, counted as they are read."""
        for document in documents:
            self.read += 1
            yield document

    def writing(self, documents: Iterable[Document], quiet: bool = False) -> Iterator[Document]:
        """The documents, counted as they are written, with a bar on stderr if that is a terminal."""
        hidden = quiet or not sys.stderr.isatty()
        with tqdm(unit=" documents", disable=hidden, file=sys.stderr, leave=False) as bar:
            for document in documents:
                self.written += 1
                self.words += sum(len(sentence) for sentence in document.sentences or ())
                self.entities += len(document.entities)
                yield document
                bar.set_postfix_str(f"{self.words / self.seconds:,.0f} words/s", refresh=False)
                bar.update()

    @property
    def seconds(self) -> float:
        """Seconds since the counts were made."""
        return time.monotonic() - self.started

    def __str__(self) -> str:
        return (
            f"read {self.read} = written {self.written} + rejected {self.rejected} documents; {self.words} words, "
            f"{self.entities} entities in {self.seconds:.1f} s ({self.words / self.seconds:,.0f} words/s)"
        )
