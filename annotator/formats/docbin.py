"""spaCy DocBin: one Doc per document, with its exact text, tokens, sentence starts and entities.

Read: the whole file at once, if an estimate of the memory that this takes allows it. It is msgpack without pickles, so
nothing in it is ever executed.

Written: one DocBin of all documents, which is held in memory. `doc.user_data` holds `id`, `meta` and `scores` (one for
each of `doc.ents`, in their order). An id and a meta that msgpack cannot hold, such as integers of more than 64 bits,
are in its field `json` instead.

Format: https://spacy.io/api/docbin
"""

from __future__ import annotations

import gc
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from annotator.document import Document, Origin
from annotator.errors import RecordError, first_line
from annotator.formats.base import (
    DEFAULTS,
    LARGER,
    ReadOptions,
    Record,
    WriteOptions,
    check_text,
    in_units,
    larger,
)

if TYPE_CHECKING:
    from spacy.tokens import Doc, DocBin

# A whole DocBin may take this many times `max_record` in memory, and this many bytes in any case.
SHARE = 8
LEAST = 80_000_000
# What each of these takes in memory, in bytes.
_VALUE, _STRING, _DOC = 100, 300, 300
# Which share of `max_record` one token of a Doc and one value of its user data count for, and how many there may be.
_TOKEN_SHARE, _VALUE_SHARE, _FEW = 64, 20, 100_000
_LONG = 100_000  # bytes; what is shorter can neither have many values nor become much larger text
ATTRIBUTES = ["ORTH", "SPACY", "ENT_IOB", "ENT_TYPE", "SENT_START"]


def read(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[Record]:
    """The documents of the stream, numbered from 1 as if they were lines.

    A Doc whose text cannot be used or that is too large is a RecordError. Raises RecordError for a stream that is not a
    DocBin or is too large as a whole, and for a damaged Doc.
    """
    from spacy.vocab import Vocab

    collecting = gc.isenabled()
    most = max(SHARE * options.max_record, LEAST)
    try:
        bin = _bin(stream, most)
        too_large = _without_large(bin, options.max_record)
        docs = bin.get_docs(Vocab())
    except _TooLarge:
        reason = f"reading this DocBin would take more than {in_units(most)} of memory"
        remedy = "raise {max_record}, or write it in parts"
        raise RecordError(Origin(source, 1), reason, remedy=remedy) from None
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
        reason = too_large.get(number - 1, "")
        yield RecordError(origin, reason, remedy=LARGER) if reason else _record(doc, origin)


class _TooLarge(Exception):
    """Reading this would take too much memory."""


def _bin(stream: BinaryIO, most: int) -> DocBin:
    """The DocBin of a stream. Raises _TooLarge if reading it takes more than `most` bytes of memory."""
    from spacy.tokens import DocBin

    raw = stream.read(most + 1)
    left = most - len(raw)
    if left < 0:
        raise _TooLarge
    expander = zlib.decompressobj()
    unpacked = expander.decompress(raw, max(1, left // 3))  # which takes twice that for a moment
    left -= 2 * len(unpacked)
    if expander.unconsumed_tail:
        raise _TooLarge
    left -= _cost(unpacked, left)
    del unpacked
    bin = DocBin().from_bytes(raw)
    if _STRING * len(bin.strings) > left:
        raise _TooLarge
    return bin


def _cost(packed: bytes, most: int) -> int:
    """About how many bytes the values of a message of msgpack take in memory. Raises _TooLarge for more than `most`."""
    from srsly import msgpack

    cost = 0

    def counted(values: Sequence[Any]) -> None:
        """Called for each list, and with the pairs of each map; the values are forgotten."""
        nonlocal cost
        cost += _VALUE * (len(values) + 1)
        for value in values:
            if type(value) is bytes and len(value) > _LONG:
                cost += 4 * len(value)  # a text takes up to four times its bytes
            elif type(value) is tuple and value[0] == b"lengths" and type(value[1]) is bytes:
                cost += _DOC * len(value[1]) // 4
        if cost > most:
            raise _TooLarge

    length = max(0, most) // _VALUE
    try:
        msgpack.unpackb(
            packed, raw=True, strict_map_key=False, list_hook=counted, object_pairs_hook=counted,
            max_array_len=length, max_map_len=length, max_str_len=len(packed), max_bin_len=len(packed),
        )  # fmt: skip
    except ValueError as error:
        if "exceeds max_" in str(error):
            raise _TooLarge from None
        raise
    return cost


def _without_large(bin: DocBin, max_record: int) -> dict[int, str]:
    """Empty the Docs of a DocBin that are too large; returns their numbers, counted from 0, and the reasons."""
    too_large: dict[int, str] = {}
    lengths: dict[int, int] = {}
    longest = max(map(len, bin.strings), default=0)
    for number, tokens in enumerate(bin.tokens):
        packed: list[Any] = [bin.span_groups[number]]
        packed += [bin.user_data[number]] if number < len(bin.user_data) else []
        if longest * tokens.size > max_record and not lengths:
            lengths = _lengths(bin.strings)
        if reason := _why_too_large(tokens, packed, lengths, max_record):
            too_large[number] = reason
            bin.tokens[number], bin.spaces[number] = tokens[:0], bin.spaces[number][:0]
            bin.span_groups[number] = b""
            bin.user_data[number : number + 1] = [None] * (len(packed) - 1)
    return too_large


def _lengths(strings: Iterable[str]) -> dict[int, int]:
    from spacy.strings import get_string_id

    return {get_string_id(string): len(string) for string in strings}


def _why_too_large(tokens: Any, packed: Sequence[Any], lengths: dict[int, int], max_record: int) -> str:
    """Why a Doc with this array of tokens and these messages of msgpack is too large; empty if it is not.

    `lengths` has the length of each string by its hash, if there are any long ones.
    """
    most_tokens = max(max_record // _TOKEN_SHARE, _FEW)
    if len(tokens) > most_tokens:
        return f"a Doc of more than {most_tokens:,} tokens"
    if lengths and sum(lengths.get(hash, 0) for hash in tokens.ravel().tolist()) > max_record:
        return larger("a Doc", max_record)
    most_values = max(max_record // _VALUE_SHARE, _FEW)
    try:
        for message in packed:
            if type(message) is bytes and len(message) > _LONG:
                _cost(message, _VALUE * most_values)
    except _TooLarge:
        return f"a Doc with user data of more than {most_values:,} values"
    return ""


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
