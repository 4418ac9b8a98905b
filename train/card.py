"""Model cards, written from what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from annotator.tables import markdown_table

from .measure import MICRO, Score

# Corpora by their folder: what they are, who made them, under which licence.
SOURCES = {
    "panx": "PAN-X (WikiANN), balanced: Pan et al., ACL 2017; Rahimi, Li and Cohn, ACL 2019. Wikipedia, CC BY-SA",
    "running/de": "GermEval 2014: Benikova, Biemann and Reznicek, LREC 2014. CC BY 4.0",
    "running/fr": "Europeana Newspapers NER (BnF): Neudecker, LREC 2016. CC0",
    "running": "Universal NER: Mayhew et al., NAACL 2024, on treebanks of Universal Dependencies. CC BY-SA 4.0",
}


def source_of(corpus: str) -> str:
    """The source of a corpus such as `running/de`."""
    return SOURCES.get(corpus) or SOURCES[corpus.partition("/")[0]]


def score_table(scores: Mapping[str, Mapping[str, Score]]) -> str:
    """A Markdown table of F1 by corpus and label; `scores` is by corpus and split, then by label."""
    labels = [MICRO, *sorted({label for row in scores.values() for label in row} - {MICRO})]
    rows = [
        [name, *(f"{row[label].f1:.3f}" if label in row else "-" for label in labels), row[MICRO].support]
        for name, row in scores.items()
    ]
    return markdown_table(["corpus", "F1", *labels[1:], "gold entities"], rows)


def write_card(folder: Path, title: str, sections: Mapping[str, str], languages: Sequence[str], licence: str) -> None:
    """Write `folder/README.md` with the metadata that the Hugging Face Hub reads."""
    head = [
        "---",
        f"license: {licence}",
        "pipeline_tag: token-classification",
        "library_name: transformers",
        "language:",
        *(f"- {language}" for language in languages),
        "---",
        "",
        f"# {title}",
    ]
    body = [f"\n## {name}\n\n{text.strip()}" for name, text in sections.items()]
    (folder / "README.md").write_text("\n".join([*head, *body]) + "\n", encoding="utf-8")
