"""The calibration of a released model on dev splits."""

from __future__ import annotations

import shutil
from pathlib import Path

from annotator.train.calibrated import SECTION, calibrate_on, gold_documents, main, section, table, with_section
from click.testing import CliRunner

from annotator.calibration import Calibration
from annotator.checkpoints.config import calibration_of
from annotator.checkpoints.folder import embedded_folder
from annotator.labels import sentence_tags
from support.trainings import GOLD, write_conll


def test_documents_have_the_tags_of_the_sentences() -> None:
    for sentence, document in zip(GOLD, gold_documents(GOLD), strict=True):
        ((words, tags),) = sentence_tags(document)
        assert tuple(tags) == sentence.tags and len(words) == len(sentence.words)


def test_corpora_with_few_entities_and_noisy_ones_are_not_fitted_to(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for corpus, sentences in {"panx/de": GOLD, "panx/fr": GOLD[:5], "corpora/newseye/de": GOLD[:60]}.items():
        write_conll(data / corpus / "dev.tsv", sentences)
    folder = Path(shutil.copytree(embedded_folder("panx-mini"), tmp_path / "model"))
    rows = calibrate_on(data, folder, ["panx/de", "panx/fr", "corpora/newseye/de"])
    assert [row.own.name for row in rows] == ["panx/de", "corpora/newseye/de"]
    assert rows[0].shipped == rows[0].own and not rows[1].shipped.reached
    fitted = calibration_of(folder, ("PER", "ORG", "LOC"))
    assert fitted and fitted != Calibration(fitted.labels) and fitted.score == "minimum"
    text = section(rows)
    assert table(rows) in text and "| corpora/newseye/de |" in text


def test_only_the_section_of_the_card_changes() -> None:
    card = f"# m\n\n## A\n\na\n\n## {SECTION}\n\nold\n\n| old |\n\n## B\n\nb\n"
    assert with_section(card, "new\n") == f"# m\n\n## A\n\na\n\n## {SECTION}\n\nnew\n\n## B\n\nb\n"


def test_the_command_needs_data(tmp_path: Path) -> None:
    assert "--data" in CliRunner().invoke(main, [str(tmp_path)]).output
