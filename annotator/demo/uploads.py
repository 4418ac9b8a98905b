"""A file in any input format -> a file in any output format, as `annotate FILE` makes it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from tempfile import mkdtemp

from annotator.decode import Keep
from annotator.document import Document
from annotator.files.compression import plain_name
from annotator.files.sinks import open_sink
from annotator.formats import FORMATS, input_format, output_format
from annotator.formats.base import DEFAULTS, ReadOptions
from annotator.input.chunks import Chunk, read_chunks
from annotator.input.marks import Mark
from annotator.input.records import Input
from annotator.input.sources import Source
from annotator.pipeline import Annotator
from annotator.run.counts import Counts
from annotator.run.progress import Progress

# The suffix of an output whose format has none of its own, because another format has the same.
_OTHER_SUFFIX = FORMATS["conll"].suffixes[0]


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written, and what was read, written and found."""

    path: Path
    counts: Counts
    seconds: float


def annotate_file(
    annotator: Annotator,
    uploaded: Path,
    output: str,
    keep: Keep,
    input_name: str | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Written:
    """Annotate an uploaded file into the format `output`, in a new folder beside it.

    Ids are made of its name, without the folder. `input_name` is its format, None the one of its suffix. `on_progress`
    is called after every chunk. Raises UsageError for an unknown format, RecordError for a record that cannot be read
    and AnnotatorError for a file that cannot be.
    """
    format = output_format(output, None)
    source = Source(uploaded.name, PurePath(uploaded.name), uploaded.stat().st_size, path=uploaded)
    input_format(input_name, source.name)
    given = Input([source], input_name, ReadOptions())
    progress = Progress(Counts(), given.size)
    suffix = format.suffixes[0] if format.suffixes else _OTHER_SUFFIX
    path = Path(mkdtemp(dir=uploaded.parent)) / f"{plain_name(PurePath(uploaded.name)).stem}{suffix}"
    documents = _annotated(replace(annotator, keep=keep), given, progress, on_progress)
    with open_sink(path) as sink:
        for part in format.writer()(documents, DEFAULTS):
            sink.write(part)
    return Written(path, progress.counts, progress.seconds)


def _annotated(
    annotator: Annotator, given: Input, progress: Progress, on_progress: Callable[[Progress], None]
) -> Iterator[Document]:
    waiting: deque[Chunk] = deque()

    def chunks() -> Iterator[list[Document]]:
        for chunk in read_chunks(given, Mark(), annotator.chunk_sizes):
            waiting.append(chunk)
            yield chunk.documents

    for annotated in annotator.pipe_chunks(chunks()):
        progress.moved_to(waiting.popleft(), annotated)
        on_progress(progress)
        yield from annotated
