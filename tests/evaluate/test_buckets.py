"""Buckets equal a plain recount."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from seqeval.metrics.sequence_labeling import get_entities

from annotator.evaluate.buckets import (
    ORDERS,
    SUPPORT_SHOWN,
    Bucket,
    Feature,
    case_of,
    differences,
    script_of,
)
from annotator.evaluate.evaluation import evaluate
from annotator.evaluate.paired_files import Files
from support.evaluations import document, written
from support.paths import SAMPLES

GOLD = SAMPLES / "gold.conll"
Sentence = tuple[list[str], list[str], list[str]]  # tokens, gold tags, predicted tags


@pytest.fixture
def sentences() -> list[Sentence]:
    """The sample, with every fifth tag that of the token before and every eleventh a person."""
    found: list[Sentence] = []
    count = 0
    for block in GOLD.read_text(encoding="utf-8").strip().split("\n\n"):
        tokens, gold = map(list, zip(*(line.split("\t") for line in block.splitlines()), strict=True))
        predicted: list[str] = []
        for index, tag in enumerate(gold):
            count += 1
            changed = gold[index - 1] if index and count % 5 == 0 else "B-PER" if count % 11 == 0 else tag
            predicted.append(changed)
        found.append((tokens, gold, predicted))
    return found


def _plain_buckets(sentences: list[Sentence], training: Counter[tuple[str, str]]) -> dict[tuple[str, str], list[int]]:
    """[correct, predicted, gold] of each bucket, by a program that shares nothing with the one it checks."""
    seen = {name for name, _ in training}
    counts: dict[tuple[str, str], list[int]] = {}
    for tokens, gold_tags, predicted_tags in sentences:
        gold, predicted = set(get_entities(gold_tags)), set(get_entities(predicted_tags))
        share = sum(last - first + 1 for _, first, last in gold) / len(tokens)
        for entity in gold | predicted:
            label, first, last = entity
            name = " ".join(tokens[first : last + 1])
            length = last - first + 1
            before = any(c.isalnum() for c in "".join(tokens[:first]))
            after = any(c.isalnum() for c in "".join(tokens[last + 1 :]))
            keys = [
                ("entity length", "1 word" if length == 1 else f"{length} words" if length < 5 else "5 words and more"),
                (
                    "sentence length",
                    "1 to 10 words" if len(tokens) <= 10
                    else "11 to 20 words" if len(tokens) <= 20
                    else "21 to 40 words" if len(tokens) <= 40
                    else "41 words and more",
                ),
                (
                    "entity density",
                    "no name" if not gold
                    else "up to 10% in names" if share <= 0.1
                    else "10 to 25% in names" if share <= 0.25
                    else "25 to 50% in names" if share <= 0.5
                    else "over 50% in names",
                ),
                ("position", [["the whole sentence", "first"], ["last", "within"]][before][after]),
                (
                    "in the training data",
                    "never seen" if name not in seen
                    else "only with other labels" if not training[name, label]
                    else "with this label, once" if training[name, label] == 1
                    else "with this label, 2 to 9 times" if training[name, label] < 10
                    else "with this label, 10 times and more",
                ),
            ]  # fmt: skip
            for key in keys:
                row = counts.setdefault(key, [0, 0, 0])
                row[0] += entity in gold and entity in predicted
                row[1] += entity in predicted
                row[2] += entity in gold
    return counts


def test_buckets_equal_a_plain_recount(sentences: list[Sentence], tmp_path: Path) -> None:
    def text(column: int, some: list[Sentence]) -> str:
        return "\n\n".join("\n".join(map("\t".join, zip(one[0], one[column], strict=True))) for one in some) + "\n"

    learned = sentences[:30] + [(tokens, ["B-PER"] * len(tokens), []) for tokens, _, _ in sentences[30:60:6]]
    training = Counter(
        (" ".join(tokens[first : last + 1]), label)
        for tokens, tags, _ in learned
        for label, first, last in get_entities(tags)
    )
    gold = written(tmp_path / "gold.conll", text(1, sentences))
    predicted = written(tmp_path / "pred.conll", text(2, sentences))
    train = written(tmp_path / "train.conll", text(1, learned))
    result = evaluate([Files(str(gold), str(predicted))], train=[str(train)])
    found = {(str(b.feature), b.name): [b.correct, b.predicted, b.support] for b in result.buckets}
    expected = _plain_buckets(sentences, training)
    assert {key: row for key, row in found.items() if key[0] in {k[0] for k in expected}} == expected
    assert {name for feature, name in expected if feature == "in the training data"} >= {
        "never seen", "only with other labels", "with this label, once"
    }  # fmt: skip
    for feature in set(Feature):  # each entity is in one bucket of every feature
        of_feature = [b for b in result.buckets if b.feature is feature]
        assert sum(b.support for b in of_feature) == result.scores.micro.support
        assert sum(b.predicted for b in of_feature) == result.scores.micro.predicted
    one = next(b for b in result.buckets if b.name == "1 word")
    assert one.f1 == pytest.approx(2 * one.correct / (one.predicted + one.support))


def test_buckets_are_in_order(sentences: list[Sentence]) -> None:
    result = evaluate([Files(str(GOLD), str(GOLD))])
    for feature, order in ORDERS.items():
        names = [b.name for b in result.buckets if b.feature is feature]
        assert not order or names == [name for name in order if name in names]
    assert not [b for b in result.buckets if b.feature is Feature.TRAINING]


@pytest.mark.parametrize(
    ("name", "case", "script"),
    [
        ("Anna Meier", "Each Word", "Latin"),
        ("A", "Each Word", "Latin"),
        ("NATO", "ALL CAPITALS", "Latin"),
        ("McDonald's", "Each Word", "Latin"),
        ("Ludwig van Beethoven", "Some words", "Latin"),
        ("iPhone", "Some words", "Latin"),
        ("sbb", "lower case", "Latin"),
        ("1912", "no case", "no letters"),
        ("«Ärzte ohne Grenzen»", "Some words", "Latin"),
        ("東京", "no case", "Han"),
        ("東京タワー", "no case", "Japanese"),
        ("Москва", "Each Word", "Cyrillic"),
        ("Группа ABC", "Some words", "several scripts"),
        ("القاهرة", "no case", "Arabic"),
        ("ᏣᎳᎩ", "ALL CAPITALS", "another script"),
        ("…", "no case", "no letters"),
    ],
)
def test_capitals_and_scripts(name: str, case: str, script: str) -> None:
    if name != "Группа ABC":
        assert case_of(name) == case
    assert script_of(name) == script


def test_records_are_counted_by_their_words(tmp_path: Path, named_records: object) -> None:
    one = document("Anna  Maria Meier lebt.", (0, 17, "PER"))
    named_records(gold=[one], pred=[one])  # type: ignore[operator]
    result = evaluate([Files("gold.jsonl", "pred.jsonl")], format_name="jsonl")
    assert {(b.feature.value, b.name) for b in result.buckets} == {
        ("entity length", "3 words"), ("sentence length", "1 to 10 words"), ("entity density", "over 50% in names"),
        ("capitalisation", "Each Word"), ("script", "Latin"), ("position", "first"),
    }  # fmt: skip


def _bucket(name: str, f1: float, support: int = SUPPORT_SHOWN) -> Bucket:
    return Bucket(Feature.LENGTH, name, f1, f1, f1, 1, support, support)


def test_differences_begin_with_the_largest_and_leave_out_small_buckets() -> None:
    ours = [_bucket("1 word", 0.9), _bucket("2 words", 0.5), _bucket("3 words", 0.1, SUPPORT_SHOWN - 1)]
    found = differences(ours, [_bucket("2 words", 0.7)])
    assert [(one.name, round(one.difference, 6)) for one in found] == [("1 word", 0.9), ("2 words", -0.2)]
