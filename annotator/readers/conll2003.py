"""CoNLL-2003: four columns that are separated by spaces, `-DOCSTART- -X- O O` before each document.

Read as all CoNLL is: by the first and the last column.
"""

from __future__ import annotations

from .conll import read

__all__ = ["read"]
