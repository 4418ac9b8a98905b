"""spaCy DocBin: one Doc a document, with the document's exact text, entities and sentence starts.

`doc.user_data` holds `id`, `meta` and `scores` (one an entity, in the order of `doc.ents`). An id and a meta that
msgpack cannot hold, such as whole numbers of more than 64 bits, are there as JSON in `json`.
Format: https://spacy.io/api/docbin
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..types import Document
from . import DEFAULTS, WriteOptions

ATTRIBUTES = ["ORTH", "SPACY", "ENT_IOB", "ENT_TYPE", "SENT_START"]


def write(documents: Iterable[Document], _options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """All documents as one DocBin: it cannot be written piece by piece, so it is held in memory."""
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    from ..spacy_docs import packable, to_doc

    shard = DocBin(attrs=ATTRIBUTES, store_user_data=True)
    vocab = Vocab()
    for document in documents:
        doc = to_doc(document, vocab)
        doc.user_data = packable(doc.user_data)
        shard.add(doc)
    yield shard.to_bytes()
