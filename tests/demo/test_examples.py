"""The examples of the page are texts of samples/."""

from __future__ import annotations

import json

from annotator.demo.examples import EXAMPLES
from annotator.pipeline import Annotator
from support.cli_runs import LINES
from support.paths import SAMPLES


def test_the_examples_are_documents_of_the_samples_in_eight_languages() -> None:
    records = map(json.loads, (SAMPLES / "articles.jsonl").read_text(encoding="utf-8").splitlines())
    articles = {record["text"] for record in records}
    for example in EXAMPLES:
        assert example.text in articles or set(example.text.splitlines()) <= set(LINES)
    assert len({example.code for example in EXAMPLES}) == len({one.language for one in EXAMPLES}) == 8


def test_every_example_has_entities_to_show(ner: Annotator) -> None:
    assert all(len(document.entities) >= 5 for document in ner.pipe(example.text for example in EXAMPLES))
