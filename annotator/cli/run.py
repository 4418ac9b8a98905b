"""`annotate FILE...`: the main job."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path

import click


@click.command("run", epilog="Example: annotate samples/de.txt --format jsonl -o de.jsonl")
@click.argument("inputs", nargs=-1, metavar="[FILE|FOLDER|-]...")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write.  [default: stdout]")
@click.option("-f", "--format", "format_", metavar="NAME", help="conll, jsonl or docbin.  [default: by -o, else conll]")
@click.option("--model", default="panx-mini", show_default=True, help="Known name, checkpoint folder or Hub name.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:N or mps.")
@click.option("--batch-tokens", type=click.IntRange(min=1), help="Piece slots a batch.  [default: by device]")
@click.option("--lang", default="xx", show_default=True, help="Language of the text, for its words and sentences.")
@click.option("--labels", metavar="A,B", help="Keep only entities with these labels.")
@click.option(
    "--min-score", type=click.FloatRange(0, 1), default=0.0, help="Keep only entities of at least this score."
)
@click.option("--limit", type=click.IntRange(min=0), help="Stop after so many documents.")
@click.option("--input-format", metavar="NAME", help="text, jsonl or conll.  [default: by suffix, else text]")
@click.option("--text-field", default="text", show_default=True, help="Field of a record that holds its text.")
@click.option("--id-field", default="id", show_default=True, help="Field of a record that holds its id.")
@click.option("--docstart", is_flag=True, help="Mark where documents begin, in CoNLL.")
@click.option("--force", is_flag=True, help="Replace an output that exists.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary on stderr.")
def run(
    inputs: tuple[str, ...],
    output: Path | None,
    format_: str | None,
    model: str,
    device: str,
    batch_tokens: int | None,
    lang: str,
    labels: str | None,
    min_score: float,
    limit: int | None,
    input_format: str | None,
    text_field: str,
    id_field: str,
    docstart: bool,
    force: bool,
    quiet: bool,
) -> None:
    """Annotate text files (a document a line), JSON Lines or CoNLL with named entities.

    Without FILE, or with -, text is read from stdin. A folder stands for all such files below it. The
    tokens and sentences of CoNLL are kept.
    """
    from ..errors import UsageError
    from ..formats import output_format
    from ..progress import Counts
    from ..readers import ReadOptions
    from ..reading import read_documents
    from ..sinks import open_sink
    from ..writers import WriteOptions

    form = output_format(format_, output)
    if docstart and form.name != "conll":
        raise UsageError(f"--docstart is for conll, not for {form.name}")
    if form.binary and output is None and sys.stdout and sys.stdout.isatty():
        raise UsageError(f"{form.name} is binary and would garble the terminal: name a file by --output")
    if sys.stdin and sys.stdin.isatty() and "-" in (inputs or "-") and not quiet:
        click.echo("annotate: reading from the terminal, a document a line; end with Ctrl-D", err=True)
    documents = read_documents(inputs or ("-",), input_format, ReadOptions(text_field, id_field))
    with open_sink(output, force) as sink:
        from ..pipeline import Annotator

        keep = [label.strip() for label in labels.split(",")] if labels else None
        annotator = Annotator.load(
            model, device=device, lang=lang, labels=keep, min_score=min_score, batch_tokens=batch_tokens
        )
        counts = Counts()
        annotated = annotator.pipe(counts.reading(islice(documents, limit)))
        for part in form.writer()(counts.writing(annotated, quiet), WriteOptions(docstart)):
            sink.write(part)
    if not quiet:
        click.echo(f"annotate: {counts}", err=True)
