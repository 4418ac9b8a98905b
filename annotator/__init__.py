"""Named-entity annotation of large multilingual corpora.

from annotator import Annotator
ner = Annotator.load()
ner("Angela Merkel besuchte Paris.").entities
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .pipeline import Annotator as Annotator
    from .types import Document as Document
    from .types import Entity as Entity
    from .types import Sentence as Sentence
    from .types import Word as Word

__version__ = "0.1.0"
__all__ = ["Annotator", "Document", "Entity", "Sentence", "Word"]


def __getattr__(name: str) -> Any:
    """The public names, imported when they are asked for: importing the package loads nothing heavy."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(".pipeline" if name == "Annotator" else ".types", __name__), name)
