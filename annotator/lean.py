"""spaCy without torch, for processes of our own."""

from __future__ import annotations

import sys


def import_spacy() -> None:
    """Import spaCy, for whoever imports it from now on, without the torch that it imports where that is installed.

    spaCy's networks could use torch; we use none of them, and torch takes longer to import than all else. It can be
    imported afterwards. For processes that run nothing but `annotate`: a user of the library may want such networks.
    """
    if "torch" in sys.modules or "thinc" in sys.modules:
        return
    sys.modules["torch"] = None  # type: ignore[assignment]  # makes an import of it fail
    try:
        import spacy  # noqa: F401
    finally:
        del sys.modules["torch"]
