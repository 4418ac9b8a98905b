"""Documents grouped into chunks by their sizes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from annotator.document import Document, Origin
from annotator.prepare.chunk_sizes import ChunkSizes, chunk_documents

SIZES = ChunkSizes(full=100, first=30, record=10, long=500)


def documents(*lengths: int) -> list[Document]:
    return [Document(str(i), "x" * length, Origin("made", i + 1)) for i, length in enumerate(lengths)]


def chunked(*lengths: int, sizes: ChunkSizes = SIZES) -> list[list[int]]:
    return [[len(document.text) for document in chunk] for chunk in chunk_documents(documents(*lengths), sizes)]


def test_the_first_chunk_is_small_and_every_record_counts() -> None:
    assert chunked(10, 10, 40, 40, 90, 1) == [[10, 10], [40, 40], [90], [1]]
    assert chunked(*[0] * 15) == [[0] * 3, [0] * 10, [0] * 2]
    assert chunked() == []


def test_a_long_document_is_a_chunk_of_its_own() -> None:
    assert chunked(1, 501, 1) == [[1], [501], [1]]
    assert chunked(40, 1, 500, 1) == [[40], [1, 500], [1]]
    assert SIZES.is_long(documents(501)[0]) and not SIZES.is_long(documents(500)[0])


def test_the_first_chunk_is_never_larger_than_the_others() -> None:
    assert SIZES.beginning == 30 and ChunkSizes(full=20, first=30).beginning == 20


@given(st.lists(st.integers(0, 700), max_size=30))
def test_chunks_hold_all_documents_in_order_and_no_more_than_needed(lengths: list[int]) -> None:
    chunks = list(chunk_documents(documents(*lengths), SIZES))
    assert [document for chunk in chunks for document in chunk] == documents(*lengths)
    for number, chunk in enumerate(chunks):
        enough = SIZES.full if number else SIZES.beginning
        assert chunk and sum(len(document.text) + SIZES.record for document in chunk[:-1]) < enough
        assert len(chunk) == 1 or not any(map(SIZES.is_long, chunk))
