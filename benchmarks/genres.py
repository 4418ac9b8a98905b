"""F1 on hard genres: headlines in capitals, social media, lists, legal text, OCR text and what is left of HTML.

    python benchmarks/genres.py --model panx-mini

Reads the gold files `GENRE.LANG.conll` of a folder (samples/genres) and prints a Markdown table with a row for each
genre: the micro F1 of all its entities, and of those of each label and of each language. The stages are those of
`annotate evaluate --model`, so the figures are those of `annotate evaluate samples/genres/GENRE.*.conll --model NAME`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from annotator.train.corpora import TaggedSentence, read_tagged
from annotator.train.measure import MICRO, Score, predict, score

from annotator.cli.options import device_option
from annotator.errors import UsageError
from annotator.labels import PANX_TAGS, TagSet
from annotator.pipeline import Annotator
from annotator.tables import markdown_table

GENRES = Path(__file__).parent.parent / "samples" / "genres"
LABELS = TagSet.parse(PANX_TAGS).labels


@dataclass(frozen=True, slots=True)
class GenreFile:
    """The sentences of one genre in one language, with the tags that a model gives their words."""

    genre: str
    lang: str
    gold: Sequence[TaggedSentence]
    predicted: Sequence[Sequence[str]]


def read_and_predict(folder: Path, annotator: Annotator) -> list[GenreFile]:
    """The files of the folder, sorted by name. Raises UsageError if it has none."""
    files: list[GenreFile] = []
    for path in sorted(folder.glob("*.*.conll")):
        genre, lang, _ = path.name.split(".")
        gold = list(read_tagged(path, PANX_TAGS))
        files.append(GenreFile(genre, lang, gold, predict(annotator, gold)))
    if not files:
        raise UsageError(f"{folder}: no files GENRE.LANG.conll", "name a folder such as samples/genres")
    return files


def scores_of(files: Sequence[GenreFile]) -> dict[str, Score]:
    """Scores of all files together by label, and under MICRO of all labels."""
    gold = [sentence.tags for file in files for sentence in file.gold]
    found: dict[str, Score] = score(gold, [tags for file in files for tags in file.predicted])
    return found


def row(name: str, files: Sequence[GenreFile], langs: Sequence[str]) -> list[object]:
    """The row of a genre: entities, then F1 of all, of each label and of each language; `-` where there is no file."""
    found = scores_of(files)
    by_lang = [[file for file in files if file.lang == lang] for lang in langs]
    f1s = [found.get(label) for label in (MICRO, *LABELS)]
    f1s += [scores_of(some)[MICRO] if some else None for some in by_lang]
    return [name, found[MICRO].support, *("-" if one is None else f"{one.f1:.3f}" for one in f1s)]


def genre_table(files: Sequence[GenreFile]) -> str:
    """A Markdown table with a row for each genre, and one for all together."""
    langs = sorted({file.lang for file in files})
    genres = sorted({file.genre for file in files})
    rows = [row(genre, [file for file in files if file.genre == genre], langs) for genre in genres]
    columns = ["genre", "entities", "F1", *LABELS, *langs]
    return markdown_table(columns, [*rows, row("all", files, langs)], numbers=True)


@click.command(epilog="Example: python benchmarks/genres.py --model panx-mini")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=GENRES)
@click.option("--model", default="panx-mini", show_default=True, help="Name or folder of the model.")
@device_option
def main(folder: Path, model: str, device: str) -> None:
    """Print F1 by genre on the gold files GENRE.LANG.conll in FOLDER, by default samples/genres."""
    click.echo(genre_table(read_and_predict(folder, Annotator.load(model, device=device))), nl=False)


if __name__ == "__main__":
    main()
