"""Model cards, written from what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
import transformers

from annotator.tables import markdown_table

from .measure import MICRO, Score

# Corpora by their folder: what they are, who made them, under which licence.
SOURCES = {
    "panx": "PAN-X (WikiANN), balanced: Pan et al., ACL 2017; Rahimi, Li and Cohn, ACL 2019. Wikipedia, CC BY-SA",
    "running/de": "GermEval 2014: Benikova, Biemann and Reznicek, LREC 2014. CC BY 4.0",
    "running/fr": "Europeana Newspapers NER (BnF): Neudecker, LREC 2016. CC0",
    "running": "Universal NER: Mayhew et al., NAACL 2024, on treebanks of Universal Dependencies. CC BY-SA 4.0",
    "corpora/few-nerd": "Few-NERD: Ding et al., ACL 2021. Wikipedia, CC BY-SA 4.0",
    "corpora/gmb": "Groningen Meaning Bank: Bos et al., 2017. Public-domain texts",
    "corpora/gum": "GUM: Zeldes, LREV 2017. CC BY 4.0, texts CC BY and CC BY-SA",
    "corpora/wikigold": "WikiGold: Balasuriya et al., 2009. CC BY 4.0",
    "corpora/wnut17": "WNUT 2017: Derczynski et al., 2017. CC BY 4.0",
    "corpora/litbank": "LitBank: Bamman, Popat and Shen, NAACL 2019. CC BY 4.0",
    "corpora/pmb": "Parallel Meaning Bank: Abzianidze et al., EACL 2017. ODC-BY",
    "corpora/cess-ancora": "AnCora: Taulé, Martí and Recasens, LREC 2008. CC BY 4.0",
    "corpora/factrueval": "FactRuEval: Starostin et al., 2016. MIT",
    "corpora/newseye": "NewsEye: Hamdi et al., SIGIR 2021. CC BY 4.0",
    "corpora/europeana-kb": "Europeana Newspapers NER (KB): Neudecker, LREC 2016. CC0",
    "corpora/europeana-lft": "Europeana Newspapers NER (LFT): Neudecker, LREC 2016. CC0",
    "corpora/europeana-onb": "Europeana Newspapers NER (ÖNB): Neudecker, LREC 2016. CC0",
    "corpora/europeana-sbb": "Europeana Newspapers NER (SBB): Neudecker, LREC 2016. CC0",
    "corpora/sonar-hist": "SoNAR historical newspapers. CC BY 4.0",
    "corpora/norne": "NorNE: Jørgensen et al., LREC 2020. Annotation CC0",
    "corpora/turku": "Turku NER: Luoma et al., LREC 2020. CC BY-SA 4.0",
    "corpora/klintan": "Klintan. CC BY 4.0",
    "corpora/lv-fullstack": "FullStack-LV: Gruzitis et al., LREC 2018. CC BY-SA 4.0",
    "corpora/nerkor": "NYTK-NerKor: Simon and Vadász, TSD 2021. CC BY-SA 4.0",
    "corpora/ronec-v1": "RONEC: Dumitrescu and Avram, LREC 2020. MIT",
    "corpora/ronec-v2": "RONEC 2: Dumitrescu and Avram. MIT",
    "corpora/kpwr": "KPWr: Broda et al., LREC 2012. CC BY 3.0",
    "corpora/stockmark": "Stockmark Wikipedia NER. CC BY-SA 3.0",
    "corpora/ja-gsd-ne": "UD Japanese GSD with named entities. CC BY-SA 4.0",
    "corpora/klue": "KLUE-NER: Park et al., NeurIPS 2021. CC BY-SA 4.0",
    "corpora/thainer": "ThaiNER. CC BY 3.0",
    "corpora/aqmar": "AQMAR: Mohit et al., EACL 2012. CC BY-SA 3.0",
    "corpora/kaznerd": "KazNERD: Yeshpanov, Khassanov and Varol, LREC 2022. CC BY 4.0",
    "corpora/il-ner": "IL-NER. CC BY 4.0",
}


def source_of(corpus: str) -> str:
    """The source of a corpus such as `running/de` or `corpora/pmb/it`: its own, or that of its folder."""
    return SOURCES.get(corpus) or SOURCES[corpus.rpartition("/")[0]]


def score_table(scores: Mapping[str, Mapping[str, Score]]) -> str:
    """A Markdown table of F1 by corpus and label; `scores` is by corpus and split, then by label."""
    labels = [MICRO, *sorted({label for row in scores.values() for label in row} - {MICRO})]
    rows = [
        [name, *(f"{row[label].f1:.3f}" if label in row else "-" for label in labels), row[MICRO].support]
        for name, row in scores.items()
    ]
    return markdown_table(["corpus", "F1", *labels[1:], "gold entities"], rows)


def versions() -> str:
    """The versions that a training depends on, in words."""
    return f"torch {torch.__version__.partition('+')[0]} and transformers {transformers.__version__}"


def write_card(
    folder: Path, title: str, sections: Mapping[str, str], languages: Sequence[str], licence: str | None
) -> None:
    """Write `folder/README.md` with the metadata that the Hugging Face Hub reads; what is not known is left out."""
    head = [
        "---",
        *([f"license: {licence}"] if licence else []),
        "pipeline_tag: token-classification",
        "library_name: transformers",
        *(["language:", *(f"- {language}" for language in languages)] if languages else []),
        "---",
        "",
        f"# {title}",
    ]
    body = [f"\n## {name}\n\n{text.strip()}" for name, text in sections.items()]
    (folder / "README.md").write_text("\n".join([*head, *body]) + "\n", encoding="utf-8")
