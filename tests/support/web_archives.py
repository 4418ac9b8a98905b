"""Web archives made for tests."""

from __future__ import annotations

import io
from collections.abc import Iterable

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

# A record: its type, its headers, the content type that a server named (None: no server), and its content.
WebRecord = tuple[str, dict[str, str], str | None, bytes]
PLAIN = {"Content-Type": "text/plain"}


def web_archive(records: Iterable[WebRecord], gzip: bool = False) -> bytes:
    """An archive of the records, after one that tells of the archive; with `gzip`, each is compressed by itself."""
    stream = io.BytesIO()
    writer = WARCWriter(stream, gzip=gzip)
    writer.write_record(writer.create_warcinfo_record("x.warc", {"software": "tests"}))
    for number, (kind, headers, served, content) in enumerate(records):
        http = None
        if served is not None:
            http = StatusAndHeaders("200 OK", [("Content-Type", served)], protocol="HTTP/1.1")
        fixed = {"WARC-Record-ID": f"<urn:uuid:{number}>", "WARC-Date": "2026-11-28T10:00:00Z"}
        writer.write_record(
            writer.create_warc_record(
                f"https://example.org/{number}",
                kind,
                payload=io.BytesIO(content),
                http_headers=http,
                warc_content_type=headers.get("Content-Type", ""),
                warc_headers_dict=fixed | {name: value for name, value in headers.items() if name != "Content-Type"},
            )
        )
    return stream.getvalue()


def extracted_texts(texts: Iterable[str]) -> bytes:
    """An archive of extracted texts, as in a WET file."""
    return web_archive(("conversion", PLAIN, None, text.encode("utf-8", "surrogatepass")) for text in texts)
