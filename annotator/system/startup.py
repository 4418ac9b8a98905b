"""Less to load and to look through, for processes of our own."""

from __future__ import annotations

import gc
import sys


def import_spacy() -> None:
    """Import spaCy, for whoever imports it from now on, without the torch that it imports where that is installed.

    spaCy's networks could use torch; we use none of them, and torch takes longer to import than all else. It can be
    imported afterwards. Nor are packages with pipes for spaCy imported, some of which import torch too. For processes
    that run nothing but `annotate`: a user of the library may want such networks and pipes.
    """
    if "torch" in sys.modules or "thinc" in sys.modules:
        return
    sys.modules["torch"] = None  # type: ignore[assignment]  # makes an import of it fail
    try:
        from spacy.util import registry
    finally:
        del sys.modules["torch"]
    registry._entry_point_factories.entry_points = False


def collect_less() -> None:
    """Have Python look for garbage in cycles less often: a quarter of the time of decoding and writing went there."""
    gc.set_threshold(10_000, 50, 100)
