"""`annotate leaderboard`: models x corpora -> tagged files (kept) -> scores -> one table."""

from __future__ import annotations
