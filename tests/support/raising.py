"""What a test expects to be raised, by its exact text."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager

import pytest

from annotator.errors import AnnotatorError


def raises_error(message: str) -> AbstractContextManager[object]:
    """A context in which an AnnotatorError with exactly this text must be raised."""
    return pytest.raises(AnnotatorError, match=f"^{re.escape(message)}$")
