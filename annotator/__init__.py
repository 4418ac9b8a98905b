"""Named-entity annotation of large multilingual corpora.

from annotator import Annotator
ner = Annotator.load()
ner("Angela Merkel besuchte Paris.").entities
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from annotator.document import Document as Document
    from annotator.document import Entity as Entity
    from annotator.document import Sentence as Sentence
    from annotator.document import Word as Word
    from annotator.pipeline import Annotator as Annotator

__version__ = "0.1.0"
__all__ = ["Annotator", "Document", "Entity", "Sentence", "Word"]


def __getattr__(name: str) -> Any:
    """The public names, imported when they are asked for: importing the package loads nothing heavy."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(".pipeline" if name == "Annotator" else ".document", __name__), name)
