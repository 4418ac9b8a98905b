"""Examples of errors."""

from __future__ import annotations

from pathlib import Path

from annotator.evaluate.examples import EXAMPLES
from annotator.evaluate.matching import Kind
from support.evaluations import FOUND, compared


def test_examples_show_the_error_and_the_text_around_it(gold: Path) -> None:
    by_kind = {example.kind: example for example in compared(gold, FOUND).examples}
    boundary = by_kind[Kind.BOUNDARY]
    assert (boundary.place, boundary.sentence) == (f"{gold}:1", 1)
    assert (boundary.before, boundary.text, boundary.after) == ("", "Anna Meier", "wohnt in Bern .")
    assert (boundary.gold_text, boundary.predicted_text) == ("Anna Meier", "Anna")
    assert by_kind[Kind.SPURIOUS].place == f"{gold}:13" and by_kind[Kind.SPURIOUS].before == "Kein"


def test_a_long_context_is_cut(gold: Path) -> None:
    words = [f"wort{i} O" for i in range(60)]
    text = "\n".join([*words, "Bern B-LOC", *words, ""])
    gold.write_text(text, encoding="utf-8")
    (example,) = compared(gold, text.replace("B-LOC", "B-PER")).examples
    assert example.before.startswith("…") and example.before.endswith("wort59") and len(example.before) == 80
    assert example.after.endswith("…") and example.after.startswith("wort0") and len(example.after) == 80


def test_examples_are_drawn_from_all(gold: Path) -> None:
    text = "".join(f"Ort{i} B-LOC\n\n" for i in range(400))
    gold.write_text(text, encoding="utf-8")
    result = compared(gold, text.replace("B-LOC", "O"))
    assert len(result.examples) == EXAMPLES
    assert any(example.sentence > 50 for example in result.examples)
