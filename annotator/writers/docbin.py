"""spaCy DocBin: one Doc a document, with the document's exact text, entities and sentence starts.

`doc.user_data` holds `id`, `meta` and `scores` (one an entity, in the order of `doc.ents`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spacy.tokens import DocBin
from spacy.vocab import Vocab

from ..errors import RecordError
from ..spacy_docs import to_doc
from ..types import Document
from . import DEFAULTS, WriteOptions

ATTRIBUTES = ["ORTH", "SPACY", "ENT_IOB", "ENT_TYPE", "SENT_START"]


def write(documents: Iterable[Document], _options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """All documents as one DocBin: it cannot be written piece by piece, so it is held in memory."""
    shard = DocBin(attrs=ATTRIBUTES, store_user_data=True)
    vocab = Vocab()
    for document in documents:
        try:
            shard.add(to_doc(document, vocab))
        except (OverflowError, UnicodeEncodeError, ValueError, RecursionError) as error:
            raise RecordError(
                document.origin, f"its id or other fields cannot be kept in a DocBin ({error}): write jsonl instead"
            ) from None
    yield shard.to_bytes()
