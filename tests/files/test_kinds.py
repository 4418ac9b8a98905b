"""Files that are no text are recognised by what they begin with, and text never is."""

from __future__ import annotations

import io
import pickle
import tarfile
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.files.kinds import kind_of


def tar(format: int) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=format) as archive:
        member = tarfile.TarInfo("a.txt")
        member.size = 4
        archive.addfile(member, io.BytesIO(b"Rom\n"))
    return stream.getvalue()


def zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "Rom\n")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (tar(tarfile.USTAR_FORMAT), "a tar archive"),
        (tar(tarfile.GNU_FORMAT), "a tar archive"),
        (tar(tarfile.PAX_FORMAT), "a tar archive"),
        (zipped(), "a zip archive, or a document of an office program"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a PNG picture"),
        (b"GIF89a\x01\x00\x01\x00", "a GIF picture"),
        (b"%PDF-1.7\n", "a PDF"),
        (zlib.compress(b"x"), "compressed with zlib, as DocBin is"),
        (pickle.dumps([1], protocol=4), "a pickle of Python"),
    ],
)
def test_what_is_no_text_is_recognised(raw: bytes, what: str) -> None:
    kind = kind_of(raw)
    assert kind and kind.what == what and kind.remedy


@given(st.text())
def test_text_is_text(text: str) -> None:
    assert kind_of(text.encode("utf-8", "surrogatepass")) is None


@pytest.mark.parametrize(
    "text", ["GIF89a is a format", "PK", "PAR1", "xyz", "x\u009c", "%PDF", "Rar!", "x" * 257 + "ustar"]
)
def test_text_about_such_files_is_text(text: str) -> None:
    assert kind_of(text.encode()) is None
