"""`annotate evaluate`: files -> pairs of sentences -> matches and counts -> metrics -> a report."""

from __future__ import annotations
