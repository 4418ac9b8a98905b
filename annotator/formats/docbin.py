"""spaCy DocBin: one Doc per document, with its exact text, tokens, sentence starts and entities.

Read: the whole file at once. It is msgpack without pickles, so nothing in it is ever executed.

Written: one DocBin of all documents, which is held in memory. `doc.user_data` holds `id`, `meta` and `scores` (one for
each of `doc.ents`, in their order). An id and a meta that msgpack cannot hold, such as integers of more than 64 bits,
are in its field `json` instead.

Format: https://spacy.io/api/docbin
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

from annotator.document import Document, Origin
from annotator.errors import RecordError, first_line
from annotator.formats.base import DEFAULTS, ReadOptions, Record, WriteOptions, check_text

if TYPE_CHECKING:
    from spacy.tokens import Doc

ATTRIBUTES = ["ORTH", "SPACY", "ENT_IOB", "ENT_TYPE", "SENT_START"]


def read(stream: BinaryIO, source: str, _options: ReadOptions) -> Iterator[Record]:
    """The documents of the stream, numbered from 1 as if they were lines.

    A Doc whose text cannot be used is a RecordError. Raises RecordError for a stream that is not a DocBin, and for a
    damaged Doc.
    """
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    collecting = gc.isenabled()
    raw = stream.read()
    try:
        docs = DocBin().from_bytes(raw).get_docs(Vocab())
    except Exception as error:  # damaged bytes fail anywhere in zlib, msgpack and numpy
        reason = f"not a DocBin of spaCy, or a damaged one ({first_line(error)})"
        raise RecordError(Origin(source, 1), reason, remedy="create the file again") from None
    finally:
        if collecting:
            gc.enable()  # srsly switches the collector off, and not on again if reading fails
    number = 0
    while True:
        number += 1
        origin = Origin(source, number)
        try:
            doc = next(docs, None)
            if doc is None:
                return
        except Exception as error:  # as above; the generator of Docs has ended with it
            reason = f"a damaged Doc ({first_line(error)})"
            raise RecordError(origin, reason, remedy="create the file again") from None
        finally:
            if collecting:
                gc.enable()
        yield _record(doc, origin)


def _record(doc: Doc, origin: Origin) -> Record:
    from annotator.formats.spacy_docs import from_doc

    try:
        document = from_doc(doc, origin)
        check_text(document.text, origin)
        return document
    except RecordError as error:
        return error
    except Exception as error:  # damaged bytes may make a Doc that fails only when it is used
        return RecordError(origin, f"a damaged Doc ({first_line(error)})", remedy="create the file again")


def write(documents: Iterable[Document], _options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """All documents as one DocBin, which cannot be written in parts."""
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    from annotator.formats.spacy_docs import packable, to_doc

    docs = DocBin(attrs=ATTRIBUTES, store_user_data=True)
    vocab = Vocab()
    for document in documents:
        doc = to_doc(document, vocab)
        doc.user_data = packable(doc.user_data)
        docs.add(doc)
    yield docs.to_bytes()
