"""What a run has read and written, in numbers."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(slots=True)
class Counts:
    """Numbers of documents, words and entities; at the end of a run, `read = written + rejected`."""

    read: int = 0
    written: int = 0
    rejected: int = 0
    words: int = 0
    entities: int = 0

    def add(self, others: Counts) -> None:
        """Add the numbers of others."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(others, field.name))
