"""spaCy DocBin: a document a Doc, with its tokens, sentences and entities.

It is read whole. Nothing in it is ever run: it is msgpack, without pickles.
Format: https://spacy.io/api/docbin
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from annotator.document import Document, Origin
from annotator.errors import RecordError
from annotator.formats.base import ReadOptions, Record, check_text

if TYPE_CHECKING:
    from spacy.tokens import Doc
from collections.abc import Iterable

from annotator.formats.base import DEFAULTS, WriteOptions


def read(stream: BinaryIO, source: str, _options: ReadOptions) -> Iterator[Record]:
    """The documents of the stream, numbered as if they were lines.

    A Doc that cannot be read is a RecordError; what is no DocBin is raised as one.
    """
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    collecting = gc.isenabled()
    raw = stream.read()
    try:
        docs = DocBin().from_bytes(raw).get_docs(Vocab())
    except Exception as error:  # damaged bytes fail in whatever of zlib, msgpack and numpy they meet
        raise RecordError(
            Origin(source, 1), f"no DocBin of spaCy, or a damaged one ({_reason(error)}); write it again"
        ) from None
    finally:
        if collecting:
            gc.enable()  # srsly stops the collector, and does not start it again if reading fails
    number = 0
    while True:
        number += 1
        origin = Origin(source, number)
        try:
            doc = next(docs, None)
            if doc is None:
                return
            record: Record = _document(doc, origin)
        except RecordError as error:
            record = error
        except Exception as error:  # as above; the generator of Docs has ended with it
            raise RecordError(origin, f"a damaged Doc ({_reason(error)}); write the DocBin again") from None
        finally:
            if collecting:
                gc.enable()
        yield record


def _document(doc: Doc, origin: Origin) -> Document:
    from annotator.formats.spacy_docs import from_doc

    document = from_doc(doc, origin)
    check_text(document.text, origin)
    return document


def _reason(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__


ATTRIBUTES = ["ORTH", "SPACY", "ENT_IOB", "ENT_TYPE", "SENT_START"]


def write(documents: Iterable[Document], _options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """All documents as one DocBin: it cannot be written piece by piece, so it is held in memory."""
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    from annotator.formats.spacy_docs import packable, to_doc

    shard = DocBin(attrs=ATTRIBUTES, store_user_data=True)
    vocab = Vocab()
    for document in documents:
        doc = to_doc(document, vocab)
        doc.user_data = packable(doc.user_data)
        shard.add(doc)
    yield shard.to_bytes()
