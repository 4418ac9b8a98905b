"""`annotate evaluate`: files -> pairs of sentences -> counts (annotator.scoring) -> figures -> a report."""

from __future__ import annotations
