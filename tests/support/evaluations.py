"""Small corpora, tallied or compared from files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from annotator.document import Document, Entity, Origin
from annotator.evaluate.evaluation import Evaluation, evaluate
from annotator.evaluate.matching import Span, Tally, spans_of
from annotator.evaluate.paired_files import Files, LabelMap
from annotator.labels import strict_spans

Read = Callable[[Sequence[str]], list[Span]]
Corpus = list[tuple[list[str], list[str]]]  # gold and predicted tags of each sentence

GOLD = "Anna B-PER\nMeier I-PER\nwohnt O\nin O\nBern B-LOC\n. O\n\nDie O\nSBB B-ORG\nfährt O\n. O\n\nKein O\nName O\n"
FOUND = GOLD.replace("Bern B-LOC", "Bern B-ORG").replace("Meier I-PER", "Meier O").replace("Name O", "Name B-PER")


def strict_spans_of(tags: Sequence[str]) -> list[Span]:
    """The entities that strict IOB2 finds."""
    return [Span(*span) for span in strict_spans(tags)]


def tally(corpus: Corpus, read: Read = spans_of) -> Tally:
    """The counts of a corpus."""
    found = Tally()
    for gold, predicted in corpus:
        found.add(read(gold), read(predicted))
    return found


def written(path: Path, text: str) -> Path:
    """The path, at which the text now is."""
    path.write_text(text, encoding="utf-8")
    return path


def compared(gold: Path, text: str, labels: str | None = None, other: str | None = None) -> Evaluation:
    """The evaluation of predictions with this text, optionally beside those of another system."""
    predicted = written(gold.with_name("pred.conll"), text)
    third = str(written(gold.with_name("other.conll"), other)) if other is not None else None
    return evaluate([Files(str(gold), str(predicted), third)], labels=LabelMap.parse(labels))


def document(text: str, *entities: tuple[int, int, str], score: float | None = None, line: int = 1) -> Document:
    """A document without sentences."""
    found = tuple(Entity(*entity, score) for entity in entities)
    return Document(f"d{line}", text, Origin("file.jsonl", line), entities=found)
