"""Compression by suffix; parts that are compressed alone are decompressed as one file."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from pathlib import PurePath

import pytest

from annotator.files.compression import OPENERS, part_compressor, plain_name, stream_compressor


def decompress_zstd(raw: bytes) -> bytes:
    expanded: bytes = OPENERS[b"\x28\xb5\x2f\xfd"](io.BytesIO(raw)).read()
    return expanded


FORMATS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.decompress,
    ".bz2": bz2.decompress,
    ".XZ": lzma.decompress,
    ".zst": decompress_zstd,
}
RAW = b"Rom\n" * 100


@pytest.mark.parametrize(("suffix", "decompress"), FORMATS.items())
def test_parts_are_decompressed_as_one_file(suffix: str, decompress: Callable[[bytes], bytes]) -> None:
    compress = part_compressor(PurePath(f"a.txt{suffix}"))
    assert decompress(compress(RAW) + compress(b"") + compress(b"Bern")) == RAW + b"Bern"
    assert compress(RAW) == compress(RAW)


@pytest.mark.parametrize(("suffix", "decompress"), FORMATS.items())
def test_a_stream_is_compressed_while_it_is_written(suffix: str, decompress: Callable[[bytes], bytes]) -> None:
    compress = stream_compressor(PurePath(f"a{suffix}"))
    assert compress is not None
    raw = io.BytesIO()
    with compress(raw) as stream:
        stream.write(RAW)
    assert decompress(raw.getvalue()) == RAW


@pytest.mark.parametrize("suffix", FORMATS)
def test_compressed_bytes_are_recognised_by_how_they_begin(suffix: str) -> None:
    compressed = part_compressor(PurePath(suffix).with_name(f"a{suffix}"))(RAW)
    (opener,) = [opener for magic, opener in OPENERS.items() if compressed.startswith(magic)]
    assert opener(io.BytesIO(compressed)).read() == RAW


def test_other_suffixes_mean_no_compression() -> None:
    assert part_compressor(PurePath("a.txt"))(RAW) == RAW and stream_compressor(PurePath("a.txt")) is None


@pytest.mark.parametrize(
    ("path", "expected"), [("b/a.txt.gz", "b/a.txt"), ("a.TXT.ZST", "a.TXT"), ("a.txt", "a.txt"), ("gz", "gz")]
)
def test_the_plain_name_is_without_the_suffix_of_a_compression(path: str, expected: str) -> None:
    assert plain_name(PurePath(path)) == PurePath(expected)


def test_an_xz_file_that_wants_much_memory_is_refused() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 20}]
    raw = bytearray(lzma.compress(RAW, lzma.FORMAT_XZ, filters=filters))
    opener = OPENERS[b"\xfd7zXZ\x00"]
    assert opener(io.BytesIO(raw)).read() == RAW
    place = raw.index(b"\x21\x01", 12) + 2  # in the header of the block: the filter, the size of its properties
    assert raw[place] == 16
    raw[place] = 37  # a dictionary of 1.5 GB
    size = 4 * (raw[12] + 1)
    raw[12 + size - 4 : 12 + size] = zlib.crc32(raw[12 : 12 + size - 4]).to_bytes(4, "little")
    with pytest.raises(OSError, match="takes more than 200 MB to decompress"):
        opener(io.BytesIO(raw)).read()


def test_what_follows_an_xz_stream_is_read_if_it_is_another_one() -> None:
    one, opener = lzma.compress(b"Rom"), OPENERS[b"\xfd7zXZ\x00"]
    assert opener(io.BytesIO(one + bytes(8) + one)).read() == b"RomRom"
    rest = io.BufferedReader(opener(io.BytesIO(one + b"rest" * 9)))
    assert (rest.read(), rest.read()) == (b"Rom", b"")
    with pytest.raises(EOFError):
        opener(io.BytesIO(one[:-8])).read()
