"""Counts of what a run has read and written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counts:
    """Counts of one run: `read = written + rejected` at its end."""

    read: int = 0
    written: int = 0
    rejected: int = 0
    words: int = 0
    entities: int = 0
