"""Compression by suffix; parts that are compressed alone are decompressed as one file."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
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
