"""JSON Lines: one object a document, offsets in Unicode code points.

{"id": ..., "text": ..., "ents": [{"start", "end", "label", "text", "score"}], "meta": {...}}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from ..types import Document, Entity


def write(documents: Iterable[Document]) -> Iterator[bytes]:
    """The documents as JSON lines."""
    for document in documents:
        record = {
            "id": document.id,
            "text": document.text,
            "ents": [_entity(document.text, entity) for entity in document.entities],
            "meta": dict(document.meta),
        }
        # A surrogate in the other fields has no UTF-8: it is written as JSON's own escape.
        yield json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _entity(text: str, entity: Entity) -> dict[str, Any]:
    return {
        "start": entity.start,
        "end": entity.end,
        "label": entity.label,
        "text": text[entity.start : entity.end],
        "score": entity.score,
    }
