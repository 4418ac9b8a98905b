"""Made-up inputs through whole commands with all options: what is written is read again, by us and by others.

A few cases run always. `FUZZ_CASES=50000 pytest tests/cli/test_fuzz.py -k all_cases` runs as many as it says, from
number `FUZZ_FIRST` on; a case that fails names its number, and `FUZZ_CASES=1 FUZZ_FIRST=NUMBER` repeats it.
"""

from __future__ import annotations

import os
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from annotator.document import Document
from annotator.formats import Format
from annotator.formats.base import ReadOptions, WriteOptions
from annotator.input.records import open_input
from annotator.json_values import AnnotatorWarning
from annotator.output.documents import segmented
from annotator.prepare import segment
from support.cli_runs import SUMMARY, Run, annotate
from support.compressed import EXPAND
from support.documents import kept
from support.fuzz_checks import WRITABLE, check, check_rejects
from support.fuzz_inputs import MadeUp, make_up

FIRST = int(os.environ.get("FUZZ_FIRST", "0"))
CASES = int(os.environ.get("FUZZ_CASES", "1500"))
FEW = 60
SHARED_MEMORY = Path("/dev/shm")  # syncing a file there takes no time
# White space in words and labels is replaced there, so that not all parts are equal afterwards.
REPLACING = ("conll", "conll2003")
ERROR = re.compile(r"annotate: error: .+")


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder."""
    with TemporaryDirectory(dir=SHARED_MEMORY if SHARED_MEMORY.is_dir() else None) as name:
        yield Path(name)


class Case:
    """One case: an input, a command with options, and what it must have done."""

    def __init__(self, number: int, model: Path, where: Path) -> None:
        self.random = random = Random(f"case {number}")
        self.made: MadeUp = make_up(random)
        self.input = where / f"in.{self.made.format_name}{self.made.suffix}"
        self.input.write_bytes(self.made.raw)
        self.format: Format = random.choice(WRITABLE)
        self.style = random.choice([None, *self.format.styles])
        self.docstart = self.format.optional_marks and random.random() < 0.5
        suffix = random.choice(["", "", "", *EXPAND])
        self.output = where / f"out.{self.format.name}{suffix}"
        self.rejects = where / random.choice([f"{self.output.name}.rejects.jsonl", "rejects"])
        self.skips = random.random() < 0.6
        self.annotates = random.random() < 0.5
        self.limit = random.choice([None, None, None, 1])
        self.split = random.choice(["line", "paragraph", "file"])
        self.id_field = random.choice(["id", "id", "n"])
        self.model = model

    @property
    def options(self) -> ReadOptions:
        return ReadOptions(self.made.text_field, self.id_field, self.split)

    def run(self, *more: object) -> Run:
        """The command."""
        options: list[object] = [
            "--text-field",
            self.made.text_field,
            "--id-field",
            self.id_field,
            "--split",
            self.split,
        ]
        options += ["--style", self.style] if self.style else []
        options += ["--docstart"] if self.docstart else []
        options += ["--on-error", "skip", "--rejects", self.rejects] if self.skips else []
        name = self.made.format_name
        if self.annotates:
            options += ["--limit", self.limit] if self.limit else []
            options += ["-f", self.format.name, "--input-format", name, "--engine", "null", "--model", self.model]
            return annotate(self.input, "-o", self.output, *options, *more)
        return annotate("convert", self.input, self.output, "--from", name, "--to", self.format.name, *options, *more)

    def check(self) -> str:
        """Run it, check what it did, and return how it ended."""
        run = self.run()
        assert run.out == b""
        *said, last = [line for line in run.err.splitlines() if not line.startswith("annotate: warning: ")] or [""]
        if run.code == 1:
            assert not self.skips and ERROR.fullmatch(last) and not said, run
            assert not self.output.exists()
            return "refused"
        assert run.code in ((0, 3) if self.skips else (0,)), run
        raw = self.output.read_bytes()
        raw = EXPAND[self.output.suffix](raw) if self.output.suffix in EXPAND else raw
        written = check(raw, self.format, self.style)
        rejected = check_rejects(self.rejects.read_bytes()) if self.rejects.exists() else 0
        assert (run.code == 3) == (rejected > 0)
        left = {path.name for path in self.output.parent.iterdir()}
        journal = f".{self.output.name}.journal"
        assert left <= {self.input.name, self.output.name, self.rejects.name, journal}, left
        self.compare(written, rejected, last)
        return "written" if not rejected else "skipped"

    def compare(self, written: list[Document], rejected: int, last: str) -> None:
        """The output holds what the input holds, as far as its format can."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AnnotatorWarning)
            records = [
                one.record for one in open_input([str(self.input)], self.made.format_name, self.options).records()
            ]
        records = records[: self.limit] if self.annotates else records
        given = [record for record in records if isinstance(record, Document)]
        assert len(records) - len(given) == rejected
        if self.annotates:
            counts = SUMMARY.fullmatch(f"{last}\n")
            assert counts and [int(count) for count in counts.groups()[:3]] == [len(records), len(given), rejected]
        holds = self.format.holding(WriteOptions(docstart=self.docstart, style=self.style))
        if self.annotates:
            holds -= {"entities", "scores"}
        if not self.format.reads or self.format.name in REPLACING:
            return
        if self.annotates:
            given = [one if one.sentences is not None else replace(one, entities=()) for one in given]
        if self.style in ("spacy", "prodigy"):  # their tokens are words unless they are white space
            holds -= {"words", "sentences"} if any(map(has_text_between_words, given)) else set()
        if self.format.word_based or self.annotates or self.style == "spacy":
            given = list(segmented(given))
        if self.format.word_based or self.style == "spacy":  # entities are widened to whole words
            holds -= {"entities", "scores"}
        if self.format.name == "parquet":  # its columns are UTF-8, which has no halves of surrogate pairs
            given = [replace(one, id=one.id.encode("utf-8", "backslashreplace").decode()) for one in given]
        assert kept(written, holds) == kept(given, holds)


def has_text_between_words(document: Document) -> bool:
    """Whether something that is not white space is in no word, or a word is white space."""
    if document.sentences is None:
        return False
    text = document.text
    words = [pair for sentence in document.sentences for pair in sentence.word_offsets()]
    gaps = zip([0, *(end for _, end in words)], [*(start for start, _ in words), len(text)], strict=True)
    return any(text[a:b].strip() for a, b in gaps) or not all(text[a:b].strip() for a, b in words)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make spaCy's tokenizer once, not once a run."""
    monkeypatch.setattr(segment, "_blank", cache(segment._blank))


def _run_cases(numbers: range, model: Path) -> Counter[str]:
    ended: Counter[str] = Counter()
    for number in numbers:
        with folder() as where:
            try:
                ended[Case(number, model, where).check()] += 1
            except BaseException as error:
                error.add_note(f"case {number}: repeat it with FUZZ_FIRST={number} FUZZ_CASES=1")
                raise
    return ended


@pytest.mark.filterwarnings("ignore::annotator.json_values.AnnotatorWarning")
def test_what_is_written_of_made_up_inputs_is_read_again(tiny: Path, quick: None) -> None:
    ended = _run_cases(range(FEW), tiny)
    assert all(ended[how] > FEW // 20 for how in ("written", "skipped", "refused")), ended


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::annotator.json_values.AnnotatorWarning")
def test_what_is_written_of_all_cases_is_read_again(tiny: Path, quick: None) -> None:
    ended = _run_cases(range(FIRST, FIRST + CASES), tiny)
    print(f"{sum(ended.values())} cases: {dict(ended)}")  # noqa: T201  shown by -s
