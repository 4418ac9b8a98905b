"""Web archives, which are only read: WARC and WET files, as Common Crawl publishes them.

Two kinds of records are documents: `response` and `resource` with HTML or plain text, as it was served (WARC), and
`conversion` with plain text (WET). All others, such as requests, pictures and what tells of the archive itself, are
left out. HTML stays as it is, so that offsets are those of the page; the model does not see its tags (see
`annotator.prepare.markup`).

The id is the record's URI, `#` and the record's own id. The meta has `uri`, `date`, `content_type` and, where the
archive tells them, `languages`.

Format: ISO 28500, https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from annotator.document import Document, Origin
from annotator.errors import AnnotatorError, RecordError, first_line, install_extra
from annotator.formats.base import KEPT_BYTES, KEPT_OF_TOO_LARGE, LARGER, UNBOUNDED, ReadOptions, Record, larger

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord

WITH_TEXT = ("response", "resource", "conversion")
HTML = ("text/html", "application/xhtml+xml")
_AGAIN = "copy or download the archive again"
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.ASCII | re.IGNORECASE)
_CHUNK = 1 << 16
_HEAD = 1024  # bytes of a page in which it names its encoding: https://html.spec.whatwg.org/#charset


class _Bounded:
    """A stream of which at most `left` more bytes are given, because warcio reads headers until they end."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.left = UNBOUNDED

    def read(self, size: int) -> bytes:
        """The next bytes. Raises ValueError if they are too many."""
        raw = self._stream.read(size)
        self.left -= len(raw)
        if self.left < 0:
            raise ValueError("its headers do not end")
        return raw


def read(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[Record]:
    """The documents of the archive; the number in an origin counts all records, from 1 onwards.

    A record that is not in its encoding is a RecordError. Raises RecordError where the archive is damaged, and
    AnnotatorError if a package of the extra `warc` is missing.
    """
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
    except ImportError as error:
        raise AnnotatorError(f"archives need a package ({first_line(error)})", install_extra("warc")) from error

    class Archive(ArchiveIterator):  # type: ignore[misc]
        INC_RECORD = ""  # what it prints about a record of a wrong length, which is an error here

    bounded = _Bounded(stream)
    archive = Archive(bounded, no_record_parse=True)  # headers of HTTP may be nonsense: those of requests do not matter
    records = iter(archive)
    number = 0
    try:
        while True:
            origin = Origin(source, number := number + 1)
            bounded.left = 2 * options.max_record + _CHUNK  # for headers and content; warcio reads some ahead
            record = next(records, None)
            if record is None:
                return
            if record.length is None:
                raise RecordError(origin, "the record does not say how long it is", remedy=_AGAIN)
            if record.rec_type in WITH_TEXT:
                uri = str(record.rec_headers.get_header("WARC-Target-URI") or "")
                record.http_headers = archive.loader.load_http_headers(
                    record.rec_type, uri, record.raw_stream, record.length
                )
                if (found := _content(record, uri, origin, options.max_record)) is not None:
                    yield found
            bounded.left = UNBOUNDED
            archive.read_to_end()
            if archive.err_count or record.raw_stream.limit:
                raise RecordError(origin, "the record is not as long as it says", remedy=_AGAIN)
    except (ArchiveLoadFailed, EOFError, ValueError, zlib.error) as error:
        reason = first_line(error) or "it ends too early"
        raise RecordError(origin, f"not a record of a web archive ({reason})", remedy=_AGAIN) from error


def _content(record: ArcWarcRecord, uri: str, origin: Origin, max_record: int) -> Record | None:
    """The document of a record; None if it is neither HTML nor plain text. One that is too large is a RecordError."""
    headers = record.rec_headers
    declared = str((record.http_headers or headers).get_header("Content-Type") or "")
    content_type = declared.partition(";")[0].strip().lower()
    if content_type not in (*HTML, "text/plain"):
        return None
    content, raw = record.content_stream(), bytearray()
    while chunk := content.read(_CHUNK):
        raw += chunk
        if len(raw) > max_record:
            kept = raw[:KEPT_OF_TOO_LARGE].decode("utf-8", "backslashreplace")
            return RecordError(origin, larger("a record", max_record), kept, LARGER)
    encoding = _encoding(declared, bytes(raw[:_HEAD]) if content_type in HTML else b"")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        reason = f"not {encoding}, the encoding that it names: byte 0x{raw[error.start]:02x} at byte {error.start + 1}"
        kept = raw[:KEPT_BYTES].decode("utf-8", "backslashreplace")
        return RecordError(origin, reason, kept, "set it aside with {on_error} skip")
    meta: dict[str, Any] = {"uri": uri, "date": headers.get_header("WARC-Date"), "content_type": content_type}
    if languages := headers.get_header("WARC-Identified-Content-Language"):
        meta["languages"] = languages.split(",")
    identity = str(headers.get_header("WARC-Record-ID") or origin).strip("<>")
    return Document(f"{uri}#{identity}", text, origin, meta)


def _encoding(declared: str, head: bytes) -> str:
    """The name of the encoding that the header names, or else the head of the page; UTF-8 if neither does."""
    import webencodings

    for text in (declared, head.decode("ascii", "replace")):
        if (match := _CHARSET.search(text)) and (found := webencodings.lookup(match[1])):
            return str(found.codec_info.name)
    return "utf-8"
