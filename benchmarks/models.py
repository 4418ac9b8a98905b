"""Which model to take: F1 against words per second, for models of `annotate` and pipelines of spaCy, in one run.

    python benchmarks/models.py ../shared/data --model panx-mini --model panx-micro --spacy fr_core_news_md

F1 is measured on the gold words of dev splits, speed from a text file to a file of entities with the model loaded; each
way runs in a process of its own, all of them in turn and several times over. A pipeline of spaCy's is measured on its
own language only, with its named-entity recognizer alone.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from annotator.train.corpora import TaggedSentence
from annotator.train.measure import MICRO, predict, score
from annotator.train.mixture import read_split
from bench import default_text, machine, run
from ways import SPACY_NER, ner_alone

from annotator.checkpoints.folder import find_checkpoint
from annotator.pipeline import Annotator
from annotator.tables import markdown_table

CORPORA = (
    "corpora/few-nerd/en", "corpora/gmb/en", "running/en", "panx/en", "panx/fr", "corpora/newseye/fr", "panx/de",
    "running/de",
)  # fmt: skip
SENTENCES = 1_500  # of running text per language, for the speed
OURS = {
    "onnx int8": "annotate, onnx int8",
    "onnx float32": "annotate, onnx float32",
    "torch bf16": "annotate, torch bf16",
}
# Engine and precision by the end of the name of a way of `annotate`.
PRECISION = {"onnx int8": ("onnx", "int8"), "onnx float32": ("onnx", "exact"), "torch bf16": ("torch", "bf16")}
# The labels of spaCy's pipelines by those of the corpora; their other labels are left out.
LABELS = {"PER": "PER", "PERSON": "PER", "ORG": "ORG", "LOC": "LOC", "GPE": "LOC", "FAC": "LOC"}


@dataclass(frozen=True, slots=True)
class Way:
    """A model and how it is run: `way` is that of ways.py, `langs` are the languages that it is measured on."""

    name: str
    way: str
    model: Path
    langs: Sequence[str]


@dataclass(frozen=True, slots=True)
class Row:
    """The measurements of a way: words per second by language, peak memory in bytes, F1 by corpus."""

    name: str
    speed: Mapping[str, float]
    memory: int
    f1: Mapping[str, float]


def ways(models: Sequence[str], pipelines: Sequence[str], langs: Sequence[str]) -> Iterator[Way]:
    """The ways to measure: each model in each precision and by transformers, each pipeline in one and two processes."""
    for model in models:
        folder = find_checkpoint(model)
        for name in PRECISION:
            yield Way(f"{model}, {name}", f"annotate, {name}", folder, langs)
    best = "transformers.pipeline, batch 8"
    yield Way(f"{models[0]}, {best}", best, find_checkpoint(models[0]), langs)
    for pipeline in pipelines:
        for way in SPACY_NER:
            yield Way(
                f"{pipeline}, {way.removeprefix('spaCy NER, ')}", way, Path(pipeline), [str(ner_alone(pipeline).lang)]
            )


def f1_of(way: Way, data: Path, sentences: int) -> dict[str, float]:
    """F1 on the first sentences of the dev splits of the way's languages."""
    found = {}
    for corpus in CORPORA:
        if corpus.rpartition("/")[2] in way.langs:
            gold = read_split(data, corpus, "dev")[:sentences]
            found[corpus] = score([one.tags for one in gold], tags_of(way, gold))[MICRO].f1
    return found


def tags_of(way: Way, gold: Sequence[TaggedSentence]) -> list[list[str]]:
    """The tags of the gold words by the model of a way."""
    if way.way in SPACY_NER:
        return list(spacy_tags(way.model.name, gold))
    engine, precision = PRECISION.get(way.name.partition(", ")[2], ("torch", "exact"))
    tags: list[list[str]] = predict(Annotator.load(way.model, engine=engine, precision=precision, device="cpu"), gold)
    return tags


def spacy_tags(package: str, gold: Sequence[TaggedSentence]) -> Iterator[list[str]]:
    """The tags of a pipeline of spaCy's for gold words, in the labels of the corpora."""
    from spacy.tokens import Doc

    nlp = ner_alone(package)
    for doc in nlp.pipe(Doc(nlp.vocab, words=list(one.words)) for one in gold):
        yield [f"{token.ent_iob_}-{LABELS[token.ent_type_]}" if token.ent_type_ in LABELS else "O" for token in doc]


@click.command(epilog="Example: python benchmarks/models.py ../shared/data --spacy fr_core_news_md --plot models.svg")
@click.argument("data", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--model", "models", multiple=True, default=["panx-mini"], show_default=True)
@click.option("--spacy", "pipelines", multiple=True, help="Packages of spaCy's with a component `ner`.")
@click.option("--sentences", type=click.IntRange(min=1), default=250, show_default=True, help="Of each dev split.")
@click.option("--repeat", type=click.IntRange(min=1), default=3, show_default=True, help="Times that each way runs.")
@click.option("--plot", "picture", type=click.Path(path_type=Path, dir_okay=False), help="Draw F1 against words/s.")
def models(
    data: Path, models: Sequence[str], pipelines: Sequence[str], sentences: int, repeat: int, picture: Path | None
) -> None:
    """Print words/s, memory and F1 on dev of each model."""
    langs = sorted({corpus.rpartition("/")[2] for corpus in CORPORA})
    measured = list(ways(models, pipelines, langs))
    with tempfile.TemporaryDirectory() as scratch:
        texts = {lang: default_text(Path(scratch) / f"{lang}.txt", "train", [lang], SENTENCES) for lang in langs}
        words = {lang: run("sizes", find_checkpoint(models[0]), text)["words"] for lang, text in texts.items()}
        seconds: dict[tuple[str, str], list[float]] = {}
        memory: dict[str, int] = {}
        for _ in range(repeat):
            for way in measured:
                for lang in way.langs:
                    found = run(way.way, way.model, texts[lang])
                    seconds.setdefault((way.name, lang), []).append(found["seconds"])
                    memory[way.name] = max(memory.get(way.name, 0), found["memory"])
    f1s: dict[tuple[Path, str], Mapping[str, float]] = {}
    rows = []
    for way in measured:
        key = (way.model, PRECISION.get(way.name.partition(", ")[2], ("", ""))[1])
        f1s[key] = f1s.get(key) or f1_of(way, data, sentences)
        speed = {lang: words[lang] / statistics.median(seconds[way.name, lang]) for lang in way.langs}
        rows.append(Row(way.name, speed, memory[way.name], f1s[key]))
    on = machine()
    click.echo(f"{on['cpu']}, {on['cores']} cores, {on['date']}; the first {sentences} sentences of each dev split\n")
    click.echo(table(rows, langs))
    if picture:
        draw(rows, picture)


def table(rows: Sequence[Row], langs: Sequence[str]) -> str:
    """The rows as a Markdown table; what was not measured is `-`."""
    heads = ["model", *(f"words/s, {lang}" for lang in langs), "memory", *(c.removeprefix("corpora/") for c in CORPORA)]
    body = [
        [
            row.name,
            *(f"{row.speed[lang]:,.0f}" if lang in row.speed else "-" for lang in langs),
            f"{row.memory / 2**20:,.0f} MB",
            *(f"{row.f1[corpus]:.3f}" if corpus in row.f1 else "-" for corpus in CORPORA),
        ]
        for row in rows
    ]
    return markdown_table(heads, body)


def draw(rows: Sequence[Row], picture: Path) -> None:
    """Mean F1 over the English corpora, and over the French ones, against words/s on text of that language."""
    import matplotlib.pyplot as plt

    figure, places = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    points: dict[str, Any] = {}
    for axes, lang in zip(places, ("en", "fr"), strict=True):
        for number, row in enumerate(rows):
            if lang in row.speed:
                scores = [f1 for corpus, f1 in row.f1.items() if corpus.endswith(f"/{lang}")]
                marker, colour = "os^Dv*PX"[number % 8], f"C{number % 10}"
                points[row.name] = axes.scatter(
                    row.speed[lang], statistics.fmean(scores), s=70, marker=marker, color=colour
                )
        axes.set(xscale="log", xlabel=f"words/s ({lang})", ylabel=f"mean F1 ({lang})")
        axes.margins(0.15)
    figure.legend(points.values(), points.keys(), loc="outside lower center", ncols=3, fontsize=8)
    figure.savefig(picture, metadata={"Date": None} if picture.suffix == ".svg" else None)


if __name__ == "__main__":
    models()
