"""Files that are no text, recognised by their first bytes: archives, documents of other programs, pictures."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """What a file is, and what to do about it; the remedy names parameters in braces."""

    what: str
    remedy: str


_UNPACK = "unpack it, and name the files in it, or their folder"
_EXPORT = "save its text as UTF-8, in a .txt file for example"
_OTHER_FILE = "name a file with text"
_TAR = Kind("a tar archive", _UNPACK)
_TAR_MARK = slice(257, 262)
# The first bytes of a file. None of them is the beginning of a text that someone would write.
_KINDS = {
    b"PK\x03\x04": Kind("a zip archive, or a document of an office program", "unpack it, or save its text as UTF-8"),
    b"PK\x05\x06": Kind("an empty zip archive", _OTHER_FILE),
    b"7z\xbc\xaf\x27\x1c": Kind("a 7z archive", _UNPACK),
    b"Rar!\x1a\x07": Kind("a rar archive", _UNPACK),
    b"\x1f\x9d": Kind("compressed with compress", "compress it with gzip, bzip2, xz or zstd instead"),
    b'\x04"M\x18': Kind("compressed with lz4", "compress it with gzip, bzip2, xz or zstd instead"),
    b"PAR1\x15": Kind("a Parquet file", "name its format: {input_format} parquet"),
    b"\x78\x9c": Kind("compressed with zlib, as DocBin is", "if it is one, name its format: {input_format} docbin"),
    b"\x78\xda": Kind("compressed with zlib, as DocBin is", "if it is one, name its format: {input_format} docbin"),
    b"ARROW1\x00\x00": Kind("an Arrow file", "save its table as Parquet"),
    b"%PDF-": Kind("a PDF", "extract its text, with pdftotext for example"),
    b"\xd0\xcf\x11\xe0": Kind("a document of an old office program", _EXPORT),
    b"{\\rtf": Kind("an RTF document", _EXPORT),
    b"SQLite format 3\x00": Kind("an SQLite database", "export its table as CSV"),
    b"\x89HDF\r\n": Kind("an HDF5 file", "export its table as CSV or Parquet"),
    b"\x89PNG\r\n": Kind("a PNG picture", _OTHER_FILE),
    b"\xff\xd8\xff": Kind("a JPEG picture", _OTHER_FILE),
    b"GIF89a": Kind("a GIF picture", _OTHER_FILE),
    b"\x7fELF": Kind("a program", _OTHER_FILE),
    b"\x80\x04\x95": Kind("a pickle of Python", "save its text in another format"),
}
_PICTURE_OF_LETTERS = b"GIF89a"  # which a text may begin with, but not before a NUL


def kind_of(beginning: bytes) -> Kind | None:
    """What a file with these first bytes is; None for what may be text."""
    if beginning[_TAR_MARK] == b"ustar" and b"\x00" in beginning[: _TAR_MARK.start]:
        return _TAR
    magic = next((magic for magic in _KINDS if beginning.startswith(magic)), None)
    if magic is None or (magic == _PICTURE_OF_LETTERS and b"\x00" not in beginning):
        return None
    return _KINDS[magic]
