"""Reading damaged and made-up input: documents or one-line errors, never another exception."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.document import Document
from annotator.errors import RecordError
from annotator.formats import FORMATS, INPUTS, Format
from annotator.formats.base import ReadOptions
from support.documents import from_bytes, to_bytes
from support.paths import SAMPLES
from support.web_archives import extracted_texts

INPUTS_A_READER = 2_000
MEGABYTES = 512
STATUS, CLEAR_REFS = Path("/proc/self/status"), Path("/proc/self/clear_refs")
# The building blocks of the formats.
PARTS = [b"\t", b"\n", b"\r\n", b" ", b'"', b'""', b"{", b"}", b"[", b"]", b",", b":", b"\\",
         b"\\ud800", b"O", b"I-PER", b"-DOCSTART-", b"# newdoc id = a", b"1-2\t", b"1.1\t",
         b"SpaceAfter=No", b"|SpacesAfter=", b"|NER=", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe",
         b"\x00", b"null", b"1e999", b"-1", b"9" * 30, b"\x1f\x8b", b"PAR1"]  # fmt: skip


def sample(file_format: Format) -> bytes:
    """A small valid file of the format."""
    documents = from_bytes((SAMPLES / "gold.conll").read_bytes(), FORMATS["conll"])[:4]
    if file_format.name == "csv":
        return b"id,text,n\n" + b"".join(b'%d,"%s",x\n' % (i, d.text.encode()) for i, d in enumerate(documents))
    if file_format.name == "warc":
        return extracted_texts(document.text for document in documents)
    if not file_format.writes:
        return "\n".join(document.text for document in documents).encode()
    return to_bytes(documents, file_format, style="words" if file_format.name == "jsonl" else None)


def read(file_format: Format, raw: bytes) -> int:
    """How many documents there are; every error is one that the contract of `read` allows."""
    count = 0
    try:
        for record in file_format.reader()(io.BytesIO(raw), "in", ReadOptions(strict=bool(len(raw) % 2))):
            assert isinstance(record, Document | RecordError)
            count += isinstance(record, Document)
            if isinstance(record, RecordError):
                assert len(str(record).splitlines()) == 1 and str(record).startswith("in:"), record
    except RecordError as error:
        assert len(str(error).splitlines()) == 1 and str(error).startswith("in:"), error
    return count


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """The bytes with some of them cut out, changed, doubled or mixed with PARTS."""
    raw = whole
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.integers(0, 20)))
        new = draw(st.sampled_from(PARTS) | st.binary(max_size=4) | st.just(raw[start:end] * 2) | st.just(b""))
        raw = raw[:start] + new + raw[end:]
    return raw[: draw(st.integers(0, len(raw)))] if draw(st.booleans()) else raw


@pytest.mark.parametrize("name", INPUTS)
def test_the_whole_sample_is_read(name: str) -> None:
    assert read(FORMATS[name], sample(FORMATS[name])) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("name", INPUTS)
def test_any_bytes_are_read_as_documents_or_errors(name: str) -> None:
    file_format = FORMATS[name]
    made_up = st.lists(st.sampled_from(PARTS), max_size=30).map(b"".join)
    _fuzz(file_format, damaged(sample(file_format)) | made_up | st.binary())


@pytest.mark.slow
def test_damage_within_the_compressed_part_of_a_docbin_is_an_error() -> None:
    inner = damaged(zlib.decompress(sample(FORMATS["docbin"])))
    _fuzz(FORMATS["docbin"], inner.map(zlib.compress))


def _fuzz(file_format: Format, inputs: st.SearchStrategy[bytes]) -> None:
    @settings(max_examples=INPUTS_A_READER, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(inputs)
    def reads(raw: bytes) -> None:
        read(file_format, raw)

    run: Callable[[], None] = reads
    with at_most_more(MEGABYTES):
        run()


@contextmanager
def at_most_more(megabytes: int) -> Iterator[None]:
    """Fails if the process ever holds this much more memory than at the beginning."""
    if not CLEAR_REFS.exists():
        yield  # the peak cannot be reset here
        return
    CLEAR_REFS.write_text("5", encoding="ascii")
    before = _peak_megabytes()
    yield
    assert _peak_megabytes() - before < megabytes


def _peak_megabytes() -> float:
    (line,) = [line for line in STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


def test_memory_is_watched() -> None:
    if not CLEAR_REFS.exists():
        pytest.skip("the peak of memory cannot be reset here")
    with pytest.raises(AssertionError), at_most_more(200):
        assert b"x" * 300_000_000
    with at_most_more(200):
        assert b"x" * 100_000_000
