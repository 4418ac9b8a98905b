"""F1 by properties of entities: which kinds of names, in which kinds of sentences, a system fails on.

The properties are those of ExplainaBoard for sequence labelling (Liu et al. 2021, https://aclanthology.org/2021.acl-demo.34;
Fu, Liu and Neubig 2020), and the script of a name. A gold entity counts for the recall of its own bucket, a predicted
entity for the precision of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

import numpy as np
import regex

from annotator.evaluate.matching import Kind, Match, Span
from annotator.evaluate.metrics import prf
from annotator.evaluate.paired_files import Unit

SUPPORT_SHOWN = 20  # buckets with fewer gold and predicted entities say little, and are not ranked
SCRIPTS = """
    Latin Cyrillic Greek Han Hiragana Katakana Hangul Arabic Hebrew Devanagari Bengali Tamil Telugu Thai Lao Khmer
    Myanmar Georgian Armenian Ethiopic Gujarati Gurmukhi Kannada Malayalam Oriya Sinhala
"""
_SCRIPT = regex.compile("|".join(rf"(?P<{name}>\p{{Script={name}}})" for name in SCRIPTS.split()))
_JAPANESE = {"Han", "Hiragana", "Katakana"}


class Feature(StrEnum):
    """A property of an entity, or of the sentence around it."""

    LENGTH = "entity length"
    SENTENCE = "sentence length"
    DENSITY = "entity density"
    CASE = "capitalisation"
    SCRIPT = "script"
    POSITION = "position"
    TRAINING = "in the training data"


# The buckets of each feature in their order; those of scripts are ordered by their size.
LENGTHS = ("1 word", "2 words", "3 words", "4 words", "5 words and more")
SENTENCES = ((10, "1 to 10 words"), (20, "11 to 20 words"), (40, "21 to 40 words"))
LONG_SENTENCE = "41 words and more"
DENSITIES = ((0.0, "no name"), (0.1, "up to 10% in names"), (0.25, "10 to 25% in names"), (0.5, "25 to 50% in names"))
DENSE = "over 50% in names"
CAPITALS, CAPITALISED, MIXED, LOWER, NO_CASE = ("ALL CAPITALS", "Each Word", "Some words", "lower case", "no case")
WHOLE, FIRST, LAST, WITHIN = ("the whole sentence", "first", "last", "within")
NEVER, ANOTHER = ("never seen", "only with other labels")
SEEN = ((1, "with this label, once"), (9, "with this label, 2 to 9 times"))
OFTEN = "with this label, 10 times and more"
ORDERS: dict[Feature, tuple[str, ...]] = {
    Feature.LENGTH: LENGTHS,
    Feature.SENTENCE: (*(name for _, name in SENTENCES), LONG_SENTENCE),
    Feature.DENSITY: (*(name for _, name in DENSITIES), DENSE),
    Feature.CASE: (CAPITALS, CAPITALISED, MIXED, LOWER, NO_CASE),
    Feature.SCRIPT: (),
    Feature.POSITION: (WHOLE, FIRST, WITHIN, LAST),
    Feature.TRAINING: (NEVER, ANOTHER, *(name for _, name in SEEN), OFTEN),
}
Profile = tuple[str, ...]  # the bucket of an entity by each feature, '' for none


@dataclass(frozen=True, slots=True)
class Bucket:
    """The scores of the entities that share a property, 0 where there is nothing to count, and their counts."""

    feature: Feature
    name: str
    precision: float
    recall: float
    f1: float
    correct: int
    predicted: int
    support: int


@dataclass(frozen=True, slots=True)
class BucketDifference:
    """A bucket in two systems: the F1 of both, and the first one's lead."""

    feature: Feature
    name: str
    support: int
    f1: float
    other_f1: float
    difference: float


@dataclass(slots=True)
class TrainingNames:
    """How often each name has each label in training data. All names are kept: about 250 bytes for each."""

    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, units: Iterable[Unit]) -> TrainingNames:
        """The names of units."""
        names = cls()
        for unit in units:
            tokens = unit.tokens if unit.spans else ()
            for span in unit.spans:
                labels = names.counts.setdefault(name_of(unit, tokens, span), {})
                labels[span.label] = labels.get(span.label, 0) + 1
        return names

    def bucket(self, name: str, label: str) -> str:
        """Whether and how often the name was seen with the label."""
        labels = self.counts.get(name)
        if labels is None:
            return NEVER
        times = labels.get(label, 0)
        return _up_to(SEEN, times, OFTEN) if times else ANOTHER


@dataclass(slots=True)
class BucketCounts:
    """The counts [correct, predicted, gold] of entities by their profile: the bucket that they are in by each feature.

    There are few different profiles in any corpus, so that one look-up counts an entity in all its buckets.
    """

    training: TrainingNames | None = None
    counts: dict[Profile, list[int]] = field(default_factory=dict)

    def add(self, unit: Unit, matches: Sequence[Match]) -> None:
        """Count the entities of a unit of the gold, and those predicted in it."""
        if not matches:
            return
        tokens = unit.tokens
        around = _of_sentence(unit, tokens)
        for match in matches:
            if match.gold:
                counts = self._counts(unit, tokens, match.gold, around)
                counts[2] += 1
                if match.kind is Kind.CORRECT:  # both sides have the same profile
                    counts[0] += 1
                    counts[1] += 1
            if match.predicted and match.kind is not Kind.CORRECT:
                self._counts(unit, tokens, match.predicted, around)[1] += 1

    def _counts(self, unit: Unit, tokens: Sequence[str], span: Span, around: tuple[str, str]) -> list[int]:
        """The counts of the entity's profile."""
        name = name_of(unit, tokens, span)
        words = span.end - span.start if unit.words is not None else len(name.split())
        length = LENGTHS[min(words, len(LENGTHS)) - 1]
        seen = self.training.bucket(name, span.label) if self.training else ""
        profile = (length, *around, case_of(name), script_of(name), _position(tokens, span), seen)
        return self.counts.setdefault(profile, [0, 0, 0])

    def buckets(self) -> tuple[Bucket, ...]:
        """The buckets that have an entity, feature by feature, in the order of ORDERS."""
        return tuple(bucket for index, feature in enumerate(Feature) for bucket in self._of(index, feature))

    def _of(self, index: int, feature: Feature) -> list[Bucket]:
        summed: dict[str, list[int]] = {}
        for profile, counts in self.counts.items():
            if name := profile[index]:
                summed[name] = [a + b for a, b in zip(summed.get(name, (0, 0, 0)), counts, strict=True)]
        order = ORDERS[feature]
        names = sorted(summed, key=lambda name: order.index(name) if order else (-summed[name][2], name))
        return [_bucket(feature, name, summed[name]) for name in names]


def _bucket(feature: Feature, name: str, counts: Sequence[int]) -> Bucket:
    precision, recall, f1 = prf(np.array(counts)).tolist()
    correct, predicted, gold = counts
    return Bucket(feature, name, precision, recall, f1, correct, predicted, gold)


def differences(ours: Iterable[Bucket], theirs: Iterable[Bucket]) -> tuple[BucketDifference, ...]:
    """The buckets of two systems on the same gold, the largest differences in F1 first.

    Buckets with fewer than SUPPORT_SHOWN gold entities, in which chance decides, are left out.
    """
    others = {(bucket.feature, bucket.name): bucket.f1 for bucket in theirs}
    found = [
        BucketDifference(b.feature, b.name, b.support, b.f1, other, b.f1 - other)
        for b in ours
        if b.support >= SUPPORT_SHOWN
        for other in [others.get((b.feature, b.name), 0.0)]
    ]
    return tuple(sorted(found, key=lambda one: -abs(one.difference)))


def name_of(unit: Unit, tokens: Sequence[str], span: Span) -> str:
    """The words of an entity with single spaces between them."""
    if unit.words is not None:
        return " ".join(tokens[span.start : span.end])
    return " ".join(unit.text[span.start : span.end].split())


def case_of(name: str) -> str:
    """How the letters of a name are capitalised."""
    if name.islower():
        return LOWER
    if name.isupper():
        return CAPITALS if sum(map(str.isupper, name)) > 1 else CAPITALISED
    cased = [word for word in name.split() if word.lower() != word.upper()]
    if not cased:
        return NO_CASE
    return CAPITALISED if all(next(filter(str.isalpha, word)).isupper() for word in cased) else MIXED


@lru_cache(maxsize=20_000)
def script_of(name: str) -> str:
    """The script of the letters of a name; kana, with or without Han, are `Japanese`."""
    if name.isascii():
        return "Latin" if any(map(str.isalpha, name)) else "no letters"
    scripts = {match.lastgroup or "" for match in _SCRIPT.finditer(name)}
    if len(scripts) > 1:
        return "Japanese" if scripts <= _JAPANESE else "several scripts"
    if not scripts:
        return "another script" if any(map(str.isalpha, name)) else "no letters"
    (script,) = scripts
    return "Japanese" if script in _JAPANESE - {"Han"} else script


def _of_sentence(unit: Unit, tokens: Sequence[str]) -> tuple[str, str]:
    words = len(tokens) if unit.words is not None else len(unit.text.split())
    share = sum(span.end - span.start for span in unit.spans) / max(len(tokens), 1)
    return _up_to(SENTENCES, words, LONG_SENTENCE), _up_to(DENSITIES, share, DENSE)


def _up_to(limits: Sequence[tuple[float, str]], value: float, above: str) -> str:
    for limit, name in limits:
        if value <= limit:
            return name
    return above


def _position(tokens: Sequence[str], span: Span) -> str:
    """Where an entity stands in its sentence; marks of punctuation before and after it do not count."""
    first = not any(any(map(str.isalnum, token)) for token in tokens[: span.start])
    last = not any(any(map(str.isalnum, token)) for token in tokens[span.end :])
    return WHOLE if first and last else FIRST if first else LAST if last else WITHIN
