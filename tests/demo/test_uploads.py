"""Files that are uploaded, annotated as the command line does it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from annotator.decode import Keep
from annotator.demo.uploads import annotate_file
from annotator.errors import RecordError, UsageError
from annotator.pipeline import Annotator
from annotator.run.progress import Progress
from support.cli_runs import LINES, annotate

EVERYTHING = Keep()
SOME = LINES[::6]


@pytest.fixture
def uploaded(tmp_path: Path) -> Path:
    path = tmp_path / "lines.txt.gz"
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in SOME).encode()))
    return path


@pytest.mark.parametrize("output", ["jsonl", "conll2003", "docbin"])
def test_a_file_is_what_the_command_line_writes(
    output: str, uploaded: Path, ner: Annotator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = annotate_file(ner, uploaded, output, EVERYTHING)
    assert written.path.stem == "lines" and written.path.suffix and written.path.parent.parent == tmp_path
    monkeypatch.chdir(tmp_path)
    assert annotate(uploaded.name, "-f", output, "-o", "expected", "--device", "cpu", "-q").code == 0
    assert written.path.read_bytes() == Path("expected").read_bytes()
    assert written.counts.written == len(SOME) and written.counts.entities > 20


def test_entities_are_kept_by_label_and_score(uploaded: Path, ner: Annotator) -> None:
    written = annotate_file(ner, uploaded, "jsonl", Keep({"PER"}, 0.8))
    text = written.path.read_text(encoding="utf-8")
    assert '"label": "PER"' in text and '"label": "LOC"' not in text


def test_progress_goes_to_the_end(uploaded: Path, ner: Annotator) -> None:
    shares: list[float] = []

    def note(progress: Progress) -> None:
        shares.append(progress.bytes / (progress.total or 1))

    annotate_file(ner, uploaded, "jsonl", EVERYTHING, on_progress=note)
    assert shares == sorted(shares) and shares[-1] == 1


def test_a_format_may_be_named(tmp_path: Path, ner: Annotator) -> None:
    (tmp_path / "a.txt").write_text('{"text": "Bern"}\n')
    written = annotate_file(ner, tmp_path / "a.txt", "jsonl", EVERYTHING, "jsonl")
    assert '"text": "Bern"' in written.path.read_text()


def test_what_cannot_be_read_is_named_with_its_line(tmp_path: Path, ner: Annotator) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "Bern"}\n{"text": 1}\n')
    with pytest.raises(RecordError, match=r"^a.jsonl:2: "):
        annotate_file(ner, tmp_path / "a.jsonl", "jsonl", EVERYTHING)
    (tmp_path / "cut.txt.gz").write_bytes(gzip.compress(b"Bern\n" * 1000)[:-9])
    with pytest.raises(RecordError, match=r"cut\.txt\.gz.*truncated"):
        annotate_file(ner, tmp_path / "cut.txt.gz", "jsonl", EVERYTHING)


def test_an_unknown_format_is_refused(tmp_path: Path, ner: Annotator) -> None:
    (tmp_path / "a.txt").write_text("Bern\n")
    with pytest.raises(UsageError, match="unknown format 'json'"):
        annotate_file(ner, tmp_path / "a.txt", "json", EVERYTHING)
