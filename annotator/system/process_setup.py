"""Settings for processes that run nothing but `annotate`: fewer imports and fewer garbage collections."""

from __future__ import annotations

import gc
import sys

from annotator.system.compat import ignore_spacy_plugins, torch_import_blocked


def import_spacy() -> None:
    """Import spaCy without torch and without the packages that extend spaCy.

    spaCy imports torch where it is installed. Its networks could use torch, but we use none of them, and torch takes
    longer to import than everything else. torch can still be imported afterwards. The packages that add components to
    spaCy are not imported either, because some of them import torch. Do not call this in a user's own process, which
    may need such networks and components.
    """
    if "torch" in sys.modules or "thinc" in sys.modules:
        return
    with torch_import_blocked():
        import spacy  # noqa: F401
    ignore_spacy_plugins()


def collect_garbage_less() -> None:
    """Collect cyclic garbage less often: it took a quarter of the time of decoding and writing."""
    gc.set_threshold(10_000, 50, 100)
