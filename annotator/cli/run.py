"""`annotate FILE...`: the main job."""

from __future__ import annotations

import sys
from pathlib import Path

import click

ON_ERROR = ("fail", "skip")
PROGRESS = ("auto", "bar", "json", "none")
REJECTED = 3


@click.command("run", epilog="Example: annotate samples/de.txt --format jsonl -o de.jsonl")
@click.argument("inputs", nargs=-1, metavar="[FILE|FOLDER|GLOB|URI|-]...")
@click.option("-o", "--output", metavar="FILE|FOLDER/", help="File or folder to write.  [default: stdout]")
@click.option("-f", "--format", "format_", metavar="NAME", help="conll, jsonl, docbin...  [default: by -o, else conll]")
@click.option("--model", default="panx-mini", show_default=True, help="Known name, checkpoint folder or Hub name.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:N or mps.")
@click.option("--engine", default="auto", show_default=True, help="auto, torch, onnx or null, which tags nothing.")
@click.option("--precision", default="auto", show_default=True, help="auto, exact, bf16 or int8.")
@click.option("--batch-tokens", type=click.IntRange(min=1), help="Piece slots a batch.  [default: by device]")
@click.option(
    "--workers", type=click.IntRange(min=0), help="Processes that prepare text.  [default: 0; cores - 1 on a GPU]"
)
@click.option("--lang", default="xx", show_default=True, help="Language of the text, for its words and sentences.")
@click.option("--labels", metavar="A,B", help="Keep only entities with these labels.")
@click.option(
    "--min-score", type=click.FloatRange(0, 1), default=0.0, help="Keep only entities of at least this score."
)
@click.option("--limit", type=click.IntRange(min=0), help="Stop after so many documents.")
@click.option("--input-format", metavar="NAME", help="text, jsonl, conll...  [default: by suffix, else text]")
@click.option("--text-field", default="text", show_default=True, help="Field of a record that holds its text.")
@click.option("--id-field", default="id", show_default=True, help="Field of a record that holds its id.")
@click.option("--split", type=click.Choice(["line", "paragraph", "file"]), default="line", show_default=True,
              help="What of plain text is a document.")  # fmt: skip
@click.option("--docstart", is_flag=True, help="Mark where documents begin, in CoNLL.")
@click.option("--style", metavar="NAME", help="Whose records to write in JSON Lines: prodigy, doccano...")
@click.option("--shard-size", type=click.IntRange(min=1), help="Documents a file, in a folder.  [default: by input]")
@click.option("--on-error", type=click.Choice(ON_ERROR), default="fail", show_default=True,
              help="What to do at a record that cannot be read.")  # fmt: skip
@click.option("--rejects", type=click.Path(path_type=Path), help="File for such records.  [default: OUT.rejects.jsonl]")
@click.option("--resume", is_flag=True, help="Go on with a run that did not come to its end.")
@click.option("--force", is_flag=True, help="Replace an output that exists.")
@click.option("--progress", type=click.Choice(PROGRESS), default="auto", show_default=True,
              help="On stderr: a bar (auto: on a terminal), or a line of JSON a second.")  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary on stderr.")
def run(
    inputs: tuple[str, ...],
    output: str | None,
    format_: str | None,
    model: str,
    device: str,
    engine: str,
    precision: str,
    batch_tokens: int | None,
    workers: int | None,
    lang: str,
    labels: str | None,
    min_score: float,
    limit: int | None,
    input_format: str | None,
    text_field: str,
    id_field: str,
    split: str,
    docstart: bool,
    style: str | None,
    shard_size: int | None,
    on_error: str,
    rejects: Path | None,
    resume: bool,
    force: bool,
    progress: str,
    quiet: bool,
) -> None:
    """Annotate text files (a document a line), JSON Lines, CoNLL and more with named entities.

    Without FILE, or with -, text is read from stdin. A folder stands for all such files below it. Files may be
    compressed. The tokens and sentences of formats that have them are kept.
    """
    from ..errors import UsageError
    from ..formats import output_format
    from ..lean import import_spacy
    from ..outputs import is_folder, shards_for
    from ..pipeline import Recipe
    from ..readers import ReadOptions
    from ..reading import open_input
    from ..runs import Job
    from ..runs import run as annotate
    from ..writers import WriteOptions

    if sys.stdin and sys.stdin.isatty() and "-" in (inputs or "-") and not quiet:
        click.echo("annotate: reading from the terminal, a document a line; end with Ctrl-D", err=True)
    path = Path(output) if output and output != "-" else None
    folder = path is not None and (shard_size is not None or is_folder(output or ""))
    if shard_size and not folder:
        raise UsageError("--shard-size needs a folder to write to: name one by --output")
    form = output_format(format_, None if folder else path)
    read = open_input(inputs or ("-",), input_format, ReadOptions(text_field, id_field, split))
    shards = shards_for(str(path), read.sources, form, shard_size) if folder else None
    if path and on_error == "skip" and not rejects:
        rejects = path / ".rejects.jsonl" if folder else path.with_name(path.name + ".rejects.jsonl")
    keep = tuple(label.strip() for label in labels.split(",")) if labels else None
    import_spacy()
    recipe = Recipe(model, device, engine, precision, lang, keep, min_score, batch_tokens)
    done = annotate(
        Job(
            read,
            form,
            WriteOptions(docstart, style),
            recipe,
            path,
            shards,
            on_error,
            rejects,
            limit,
            workers,
            resume,
            force,
        ),
        "none" if quiet else progress,
        lambda what: click.echo(f"annotate: {what}", err=True),
    )
    if done and not quiet:
        click.echo(f"annotate: {done}", err=True)
    if done and done.counts.rejected:
        sys.exit(REJECTED)
