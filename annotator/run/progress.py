"""The progress of a run: its counts, its speed, and how they are shown on stderr."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from annotator.document import Document
from annotator.run.counts import Counts

if TYPE_CHECKING:
    from tqdm import tqdm

    from annotator.input.chunks import Chunk

DISPLAYS = ("auto", "bar", "json", "none")
JSON_SECONDS = 1.0


class Progress:
    """How far a run is: its counts, and the bytes read of the `total` bytes of the input (None: not known).

    A resumed run begins with the counts of the interrupted one, at `position` in bytes. `complete` says that this one
    was finished, so that nothing is left to do. `whole` is the progress of all runs that this is one of.
    """

    def __init__(
        self,
        counts: Counts,
        total: int | None,
        position: int = 0,
        complete: bool = False,
        whole: Progress | None = None,
    ) -> None:
        self.complete = complete
        self._whole = whole
        if whole is not None:
            whole.add_earlier(counts, position)
        self.counts = counts
        self.total = total
        self.bytes = self._first_byte = position
        self._words_before = counts.words
        self._started = time.monotonic()
        self._bar: tqdm[Any] | None = None

    @property
    def seconds(self) -> float:
        """Seconds since the run was started or resumed."""
        return time.monotonic() - self._started

    @property
    def words_a_second(self) -> float:
        """Words written per second since then."""
        return (self.counts.words - self._words_before) / max(self.seconds, 1e-9)

    @property
    def seconds_left(self) -> float | None:
        """Seconds that the rest of the input takes at the speed so far; None where its length is not known."""
        if not self.total or self.bytes <= self._first_byte:
            return None
        return max(self.seconds * (self.total - self.bytes) / (self.bytes - self._first_byte), 0.0)

    def moved_to(self, chunk: Chunk, annotated: Iterable[Document]) -> None:
        """Count a chunk and its annotated documents, and move to its end."""
        counts = Counts(read=len(chunk.documents) + len(chunk.rejected), rejected=len(chunk.rejected))
        for document in annotated:
            counts.written += 1
            counts.words += sum(len(sentence) for sentence in document.sentences or ())
            counts.entities += len(document.entities)
        self.add(counts, chunk.bytes_read - self.bytes)

    def add(self, counts: Counts, count: int) -> None:
        """Count what has been read and written, and the `count` bytes that it took."""
        self.counts.add(counts)
        if self._bar is not None:
            self._bar.set_description_str(f"{self.counts.written:,} documents", refresh=False)
            self._bar.set_postfix_str(f"{self.words_a_second:,.0f} words/s", refresh=False)
            self._bar.update(count)
        self.bytes += count
        if self._whole is not None:
            self._whole.add(counts, count)

    def add_earlier(self, counts: Counts, count: int) -> None:
        """Count what an earlier run has read and written: it does not count for the speed."""
        self._words_before += counts.words
        self._first_byte += count
        self.add(counts, count)

    @contextmanager
    def shown(self, display: str) -> Iterator[None]:
        """Show the progress on stderr meanwhile: as a `bar`, as `json` (a line each second), or not (`none`).

        `auto` is a bar on a terminal and nothing elsewhere.
        """
        if display == "json":
            with self._json_lines():
                yield
        elif display == "bar" or (display == "auto" and sys.stderr.isatty()):
            from tqdm import tqdm

            with tqdm(
                total=self.total, initial=self.bytes, unit="B", unit_scale=True, file=sys.stderr, leave=False
            ) as self._bar:
                try:
                    yield
                finally:  # tqdm draws at most ten times a second, so a short run would never show where it got to
                    self._bar.refresh()
        else:
            yield

    @contextmanager
    def _json_lines(self) -> Iterator[None]:
        done = threading.Event()

        def write_lines() -> None:
            while not done.wait(JSON_SECONDS):
                sys.stderr.write(self.to_json() + "\n")

        thread = threading.Thread(target=write_lines, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            sys.stderr.write(self.to_json() + "\n")

    def to_json(self) -> str:
        """The figures as one line of JSON."""
        left = self.seconds_left
        return json.dumps(
            {
                **asdict(self.counts),
                "bytes": self.bytes,
                "total_bytes": self.total,
                "seconds": round(self.seconds, 1),
                "seconds_left": None if left is None else round(left, 1),
                "words_a_second": round(self.words_a_second, 1),
            }
        )

    def __str__(self) -> str:
        counts = self.counts
        return (
            f"read {counts.read} = written {counts.written} + rejected {counts.rejected} documents; "
            f"{counts.words} words, {counts.entities} entities in {self.seconds:.1f} s "
            f"({self.words_a_second:,.0f} words/s)"
        )
