"""What all formats share: lines, blocks, and the choice of documents from records."""

from __future__ import annotations

import io

import pytest

from annotator.document import Document, Origin
from annotator.errors import RecordError
from annotator.formats.base import (
    KEPT_BYTES,
    KEPT_OF_TOO_LARGE,
    Line,
    blocks,
    check_text,
    in_units,
    line_cost,
    lines,
    only_documents,
)

BOM = b"\xef\xbb\xbf"


def lines_of(raw: bytes) -> list[Line]:
    return list(lines(io.BytesIO(raw), "in"))


def test_lines_have_their_text_origin_and_end() -> None:
    assert lines_of(BOM + b"a\r\nb\n\r\r\n" + BOM + b"c") == [
        Line(b"a", Origin("in", 1), "\r\n"),
        Line(b"b", Origin("in", 2), "\n"),
        Line(b"\r", Origin("in", 3), "\r\n"),
        Line(BOM + b"c", Origin("in", 4), ""),
    ]
    assert lines_of(b"") == []


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_is_refused_with_its_remedy(encoding: str) -> None:
    with pytest.raises(RecordError) as caught:
        lines_of("\ufeffone\ntwo\n".encode(encoding))
    assert str(caught.value) == "in:1: this is UTF-16: convert it with `iconv -f utf-16 -t utf-8`"


def test_a_line_that_is_not_utf8_is_refused_but_kept_with_escapes() -> None:
    (line,) = lines_of(b"ab\xffc\n")
    with pytest.raises(RecordError) as caught:
        _ = line.text
    assert caught.value.reason == "not UTF-8: byte 0xff at byte 3 of the line"
    assert caught.value.raw == line.escaped == "ab\\xffc"
    assert len(lines_of(b"x" * 2 * KEPT_BYTES)[0].escaped) == KEPT_BYTES


def test_blocks_are_the_lines_between_blank_ones() -> None:
    found = blocks(lines_of(b"\n a\nb\n \t\n\nc"), "a sentence", 100)
    assert [[line.raw for line in block] for block in found] == [[b" a", b"b"], [b"c"]]


def test_only_documents_raises_the_first_error_after_the_documents_before_it() -> None:
    document = Document("i", "Rom", Origin("in", 1))
    error = RecordError("in:2", "bad")
    found = only_documents([document, error, document])
    assert next(found) is document
    with pytest.raises(RecordError) as caught:
        next(found)
    assert caught.value is error


def test_half_of_a_surrogate_pair_is_refused() -> None:
    assert check_text("a😀", Origin("in", 1)) == "a😀"
    with pytest.raises(RecordError, match=r"^in:1: half of a surrogate pair \(\\ud800\) at character 2: remove it"):
        check_text("ab\ud800c", Origin("in", 1))


TAR = b"a.txt".ljust(257, b"\x00") + b"ustar\x0000"


@pytest.mark.parametrize("raw", [b"PK\x03\x04\x14\x00", b"%PDF-1.4\n", TAR])
def test_what_is_no_text_is_refused_by_name(raw: bytes) -> None:
    with pytest.raises(RecordError, match=r"^in:1: no text, but a (zip archive|PDF|tar archive).*: (unpack|extract)"):
        lines_of(raw)


def test_a_line_of_binary_data_is_not_to_be_converted() -> None:
    (line,) = lines_of(b"a\x00\xff")
    with pytest.raises(RecordError, match=r"^in:1: not UTF-8: .*: name a file with text: this seems to be none$"):
        _ = line.text


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
@pytest.mark.parametrize("mark", [b"", BOM])
def test_a_line_beyond_the_bound_is_too_large_and_reading_goes_on_after_it(mark: bytes, end: bytes) -> None:
    for size in (*range(8, 20), 5_000_000):
        *_, line, last = lines(io.BytesIO(mark + b"x" * size + (end or b"\n") + b"b" + end), "in", 10)
        assert (last.raw, last.origin.line, last.too_large) == (b"b", 2, "")
        assert line.raw == b"x" * min(size, KEPT_OF_TOO_LARGE, len(line.raw)) and not line.blank
        if size <= 10:
            assert line.text == "x" * size
        else:
            with pytest.raises(RecordError, match=r"^in:1: a line of more than 10 bytes: raise max_record if this"):
                _ = line.text


def test_a_line_of_white_space_that_is_too_large_is_not_blank() -> None:
    first, second = lines(io.BytesIO(b" " * 20 + b"\n \n"), "in", 10)
    assert (first.blank, second.blank) == (False, True)


def test_a_block_beyond_the_bound_is_its_first_line_and_the_comments_after_it() -> None:
    raw = b"a\n\n# x\n# y\nb\n# z\n" + b"c\n" * 30 + b"\nd\n"
    first, large, last = blocks(lines_of(raw), "a sentence", 20)
    assert ([line.raw for line in first], [line.raw for line in last]) == ([b"a"], [b"d"])
    assert [line.raw for line in large] == [b"# x", b"# y"] and large[0].origin.line == 3
    with pytest.raises(RecordError, match=r"^in:3: a sentence of more than 20 bytes: raise max_record"):
        _ = large[0].text


def test_lines_count_for_more_than_their_bytes_only_where_many_are_allowed() -> None:
    assert (line_cost(1_000), line_cost(64_000_000), line_cost(10**12)) == (0, 64, 64)


@pytest.mark.parametrize(
    ("size", "text"),
    [(64_000_000, "64 MB"), (2 * 10**12, "2,000 GB"), (2_000, "2 kB"), (1_999, "1,999 bytes"), (0, "0 bytes")],
)
def test_sizes_are_in_whole_units(size: int, text: str) -> None:
    assert in_units(size) == text
