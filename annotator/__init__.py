"""Named-entity annotation of large multilingual corpora.

from annotator import Annotator
ner = Annotator.load()
ner("Angela Merkel besuchte Paris.").entities

The names in `__all__` are the public API. All other modules are internal and may change without notice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from annotator.document import Document as Document
    from annotator.document import Entity as Entity
    from annotator.document import Origin as Origin
    from annotator.document import Sentence as Sentence
    from annotator.document import Word as Word
    from annotator.errors import AnnotatorError as AnnotatorError
    from annotator.errors import RecordError as RecordError
    from annotator.input.records import read_documents as read_documents
    from annotator.output.documents import write_documents as write_documents
    from annotator.pipeline import Annotator as Annotator

__version__ = "0.2.0"
__all__ = [
    "Annotator",
    "AnnotatorError",
    "Document",
    "Entity",
    "Origin",
    "RecordError",
    "Sentence",
    "Word",
    "read_documents",
    "write_documents",
]
_MODULES = {
    "Annotator": "annotator.pipeline",
    "AnnotatorError": "annotator.errors",
    "RecordError": "annotator.errors",
    "read_documents": "annotator.input.records",
    "write_documents": "annotator.output.documents",
}


def __getattr__(name: str) -> Any:
    """A public name, imported on first use, so that importing the package loads nothing heavy."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_MODULES.get(name, "annotator.document")), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
