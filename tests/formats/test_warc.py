"""Web archives: which records are documents, and what of damaged ones."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

from annotator.document import Document, Origin
from annotator.errors import RecordError
from annotator.formats import input_format, warc
from annotator.formats.base import ReadOptions, Record, only_documents
from support.cli_runs import annotate
from support.web_archives import PLAIN, WebRecord, web_archive

PAGE = "<!doctype html><title>Zürich</title><p>Anna Keller wohnt in <b>Zürich</b>.</p>"


def archive(*records: WebRecord) -> bytes:
    return web_archive(records)


def records(raw: bytes) -> list[Record]:
    return list(warc.read(io.BytesIO(raw), "in.warc", ReadOptions()))


def documents(raw: bytes) -> list[Document]:
    return list(only_documents(records(raw)))


def test_a_page_is_a_document_as_it_was_served() -> None:
    raw = archive(
        ("request", {}, None, b"GET / HTTP/1.1\r\n\r\n"),
        ("response", {}, "text/html; charset=utf-8", PAGE.encode()),
        ("response", {}, "image/png", b"\x89PNG"),
    )
    meta = {"uri": "https://example.org/1", "date": "2026-11-28T10:00:00Z", "content_type": "text/html"}
    assert documents(raw) == [Document("https://example.org/1#urn:uuid:1", PAGE, Origin("in.warc", 3), meta)]


def test_the_headers_of_a_request_do_not_matter() -> None:
    raw = archive(("request", {}, None, b"GET / HTTP/1.1\r\n\r\n"), ("conversion", PLAIN, None, b"Bern"))
    assert [document.text for document in documents(raw.replace(b"GET / HTTP", b"not a word"))] == ["Bern"]


def test_extracted_text_has_its_languages() -> None:
    raw = archive(
        ("conversion", {"Content-Type": "text/plain", "WARC-Identified-Content-Language": "deu,fra"}, None, b"Bern\n"),
        ("metadata", {"Content-Type": "application/warc-fields"}, None, b"charset-detected: utf-8\r\n"),
    )
    (document,) = documents(raw)
    assert document.text == "Bern\n" and document.meta["languages"] == ["deu", "fra"]


@pytest.mark.parametrize(
    ("served", "head", "codec"),
    [
        ("text/html; charset=ISO-8859-1", "", "cp1252"),  # which browsers read as windows-1252
        ('text/html; charset="windows-1251"', "", "cp1251"),
        ("text/html", '<meta charset="shift_jis">', "shift_jis"),
        ("text/html; charset=nonsense", "<meta charset=utf-8>", "utf-8"),
        ("text/html", "", "utf-8"),
        ("text/plain; charset=utf-16le", "", "utf-16le"),
    ],
)
def test_the_encoding_is_the_one_that_server_or_page_names(served: str, head: str, codec: str) -> None:
    text = f"{head}<p>{b'x'.decode(codec) if codec != 'utf-16le' else 'x'}"
    text += {"cp1251": "Москва", "shift_jis": "東京"}.get(codec, "Zürich")
    (document,) = documents(archive(("response", {}, served, text.encode(codec))))
    assert document.text == text


def test_a_page_in_another_encoding_is_refused_by_itself() -> None:
    bad, good = records(
        archive(
            ("response", {}, "text/html; charset=utf-8", "Zürich".encode("latin-1")),
            ("response", {}, "text/html", b"Bern"),
        )
    )
    assert isinstance(bad, RecordError) and bad.origin == Origin("in.warc", 2) and bad.raw == "Z\\xfcrich"
    assert "not utf-8, the encoding that it names: byte 0xfc at byte 2" in str(bad)
    assert isinstance(good, Document) and good.text == "Bern"


def test_a_record_that_is_too_large_is_refused_by_itself() -> None:
    raw = archive(("conversion", PLAIN, None, b"x" * 5_000), ("conversion", PLAIN, None, b"Bern"))
    bad, good = warc.read(io.BytesIO(raw), "in.warc", ReadOptions(max_record=1_000))
    assert isinstance(bad, RecordError) and bad.reason == "a record of more than 1 kB" and len(bad.raw or "") == 1_000
    assert isinstance(good, Document) and good.text == "Bern"


def test_headers_that_do_not_end_are_no_record() -> None:
    with pytest.raises(RecordError, match=r"in\.warc:1: .*its headers do not end"):
        list(warc.read(io.BytesIO(b"WARC/1.0\r\nA: " + bytes(10**6)), "in.warc", ReadOptions(max_record=100_000)))


@pytest.mark.parametrize("damaged", ["cut", "longer", "endless", "garbage"])
def test_damage_is_an_error_with_the_number_of_the_record(damaged: str) -> None:
    raw = archive(("conversion", PLAIN, None, b"Bern and Rome"))
    if damaged == "cut":
        raw = raw[:-10]
    elif damaged == "longer":
        raw = raw.replace(b"Content-Length: 13", b"Content-Length: 12")
    elif damaged == "endless":
        raw = raw.replace(b"Content-Length: 13\r\n", b"")
    else:
        raw = b"no archive at all\n" * 10
    with pytest.raises(RecordError, match=r"in\.warc:[12]: "):
        records(raw)


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz", "a.warc.wet.gz", "a.wet"])
def test_suffixes_name_the_format(name: str) -> None:
    assert input_format(None, name).name == "warc"


@pytest.mark.parametrize("by_record", [True, False])
def test_compressed_archives_are_annotated(tiny: Path, tmp_path: Path, by_record: bool) -> None:
    page: WebRecord = ("response", {}, "text/html", PAGE.encode())
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(web_archive([page, page], by_record) if by_record else gzip.compress(web_archive([page, page])))
    run = annotate(path, "-f", "jsonl", "--engine", "null", "--model", tiny)
    assert run.code == 0 and run.out.count(b"https://example.org/") == 4  # id and meta of both
