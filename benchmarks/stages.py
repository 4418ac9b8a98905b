"""How many words one core reads, prepares, decodes and writes in a second, stage by stage, with the null engine.

python benchmarks/stages.py                      # running text of ../shared if that exists, or else the samples
python benchmarks/stages.py --text corpus.txt

The seconds are those of the processor (of all threads), so that other work on the machine matters little. Each stage
runs by itself, on all of the text; for preparation, the text has been seen before.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import click
import numpy as np
from bench import default_text

from annotator import Document, read_documents, write_documents
from annotator.document import OUTSIDE
from annotator.files.sinks import open_sink
from annotator.pipeline import Annotator
from annotator.prepare.chunk_sizes import chunk_documents
from annotator.prepare.preparer import Prepared, Preparer, contents
from annotator.tables import markdown_table

READ = ("text.txt", "text.txt.gz", "text.txt.zst", "text.jsonl", "text.jsonl.gz", "text.parquet")
WRITTEN = ("out.conll", "out.conll.gz", "out.conll.zst", "out.jsonl", "out.jsonl.gz", "out.parquet", "out.spacy")


@click.command()
@click.option("--text", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A text, a line a document.")
@click.option("--limit", default=10_000, show_default=True, help="Sentences for each language of the default text.")
def stages(text: Path | None, limit: int) -> None:
    """Measure the stages and print words per second of one core as a table."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        documents = list(read_documents(str(text or default_text(folder / "default.txt", "train", None, limit))))
        ner = Annotator.load(engine="null", device="cpu")
        tagged = list(ner.pipe(documents))
        words = sum(len(sentence) for document in tagged for sentence in document.sentences or ())
        rows = [(stage, f"{words / seconds:,.0f}") for stage, seconds in measure(folder, documents, tagged, ner)]
    click.echo(f"{words:,} words, {sum(len(document.text) for document in documents):,} characters\n")
    click.echo(markdown_table(("stage", "words a second and core"), rows))


def measure(
    folder: Path, documents: Sequence[Document], tagged: Sequence[Document], ner: Annotator
) -> Iterator[tuple[str, float]]:
    """Each stage with the processor's seconds that it takes for all documents."""
    for name in READ:
        write_documents(documents, folder / name) if "txt" not in name else write_lines(documents, folder / name)
        yield f"read {name.partition('.')[2]}", seconds(partial(exhaust, read_documents(str(folder / name))))
    prepare = Preparer(ner.segmenter, ner.encoder)
    chunks = [list(chunk) for chunk in chunk_documents(documents, ner.chunk_sizes)]
    for chunk in chunks:  # the words that come again and again are known then, as in a long run
        prepare(contents(chunk))
    prepared: list[Prepared] = []
    yield "segment and encode", seconds(lambda: prepared.extend(prepare(contents(chunk)) for chunk in chunks))
    yield "decode", seconds(lambda: decode(chunks, prepared, ner))
    for name in WRITTEN:
        yield f"write {name.partition('.')[2]}", seconds(partial(write_documents, tagged, folder / name))


def decode(chunks: Sequence[Sequence[Document]], prepared: Iterable[Prepared], ner: Annotator) -> None:
    """Make the documents with their entities, of which there are none."""
    outside = np.full(len(ner.engine.labels), -np.inf, dtype=np.float32)
    outside[ner.engine.labels.index(OUTSIDE)] = 0
    for chunk, one in zip(chunks, prepared, strict=True):
        found = ner.decoder.of_documents(one, np.tile(outside, (len(one.roles), 1)))
        for document, sentences, entities in zip(chunk, one.sentences, found, strict=True):
            Document(document.id, document.text, document.origin, document.meta, sentences, tuple(entities))


def write_lines(documents: Iterable[Document], path: Path) -> None:
    """The texts of the documents, a line each, compressed as the name says."""
    with open_sink(path) as sink:
        sink.write("".join(f"{document.text}\n" for document in documents).encode())


def exhaust(documents: Iterable[Document]) -> None:
    """Take all documents."""
    for _ in documents:
        pass


def seconds(stage: Callable[[], object]) -> float:
    """The processor's seconds that a stage takes, all threads together."""
    started = time.process_time()
    stage()
    return time.process_time() - started


if __name__ == "__main__":
    stages()
