"""Label sets and the grammar of tags, as data: which tag may follow which.

Schemes: IOB2 (`B-`, `I-`), BIOES and BILOU (which add `E-`/`L-` for the last word of an entity and `S-`/`U-` for an
entity of one word), and IO (the bare label on every word of an entity).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from annotator.document import OUTSIDE, Document, Sentence
from annotator.errors import UsageError

PANX_TAGS = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")
# The prefixes of the schemes, and the part of an entity that each stands for.
_PARTS = {"B": "B", "I": "I", "E": "E", "L": "E", "S": "S", "U": "S"}
_TAG = re.compile(r"([BIELSU])-(.+)", re.DOTALL)
_UNNAMED = re.compile(r"LABEL_\d+")
# Which part may follow which within one entity. Any other pair ends one entity and begins another.
_INSIDE = {("B", "I"), ("B", "E"), ("I", "I"), ("I", "E")}
_BEGINS = {"B", "S"}


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag split into its part of an entity (B, I, E, S, or IO without a prefix; O) and its label ('' for O)."""

    part: str
    label: str


@dataclass(frozen=True, slots=True)
class TagSet:
    """The tags of a model, in the order of its outputs: as it names them, and split."""

    names: tuple[str, ...]
    tags: tuple[Tag, ...]

    @classmethod
    def parse(cls, names: Sequence[str]) -> TagSet:
        """The tag set of a model that gives its tags these names.

        Raises UsageError for names that do not tell entity labels (`LABEL_0`), or without an `O` among them.
        """
        if any(_UNNAMED.fullmatch(name) for name in names):
            raise UsageError(
                f"the model names no entity labels ({', '.join(names[:3])}, ...)",
                "write them into `id2label` of its config.json, as O, B-PER, I-PER, ...",
            )
        if OUTSIDE not in names:
            raise UsageError(
                f"the model has no tag {OUTSIDE!r} (only {', '.join(names[:5])})", "use a model that tags entities"
            )
        prefixed = all(name == OUTSIDE or _TAG.fullmatch(name) for name in names)
        tags = [_parse(name, prefixed) for name in names]
        beginnable = {tag.label for tag in tags if tag.part in _BEGINS}
        # Some models put I- on every word of an entity: there, a label without B- needs none to begin one.
        return cls(tuple(names), tuple(t if t.label in beginnable or not t.label else Tag("IO", t.label) for t in tags))

    @property
    def labels(self) -> tuple[str, ...]:
        """The entity labels, in the order of their first tag."""
        return tuple(dict.fromkeys(tag.label for tag in self.tags if tag.label))

    def starts(self) -> NDArray[np.bool_]:
        """bool [tags]: which tags may be first in a sentence."""
        return np.array([_may_follow(Tag("O", ""), tag, self._closing) for tag in self.tags])

    def follows(self) -> NDArray[np.bool_]:
        """bool [tags, tags]: whether the second tag may follow the first."""
        closing = self._closing  # found once: a model with 500 labels has a million pairs of tags
        return np.array([[_may_follow(a, b, closing) for b in self.tags] for a in self.tags])

    def ends(self) -> NDArray[np.bool_]:
        """bool [tags]: which tags may be last in a sentence."""
        return np.array([_may_follow(tag, Tag("O", ""), self._closing) for tag in self.tags])

    @property
    def _closing(self) -> frozenset[str]:
        """The labels that have a tag for the last word, so that B and I must not end an entity."""
        return frozenset(tag.label for tag in self.tags if tag.part == "E")


@lru_cache(maxsize=1024)  # a corpus repeats few different tags
def _parse(name: str, prefixed: bool) -> Tag:
    if name == OUTSIDE:
        return Tag("O", "")
    match = _TAG.fullmatch(name) if prefixed else None
    return Tag(_PARTS[match[1]], match[2]) if match else Tag("IO", name)


def _may_follow(first: Tag, second: Tag, closing: Iterable[str]) -> bool:
    if "IO" in (first.part, second.part):
        return True  # without prefixes, any order is valid
    if first.label == second.label and (first.part, second.part) in _INSIDE:
        return True
    left_open = first.part in ("B", "I") and first.label in closing
    return not left_open and (second.part in _BEGINS or second.part == "O")


@lru_cache(maxsize=1024)
def is_tag(name: str) -> bool:
    """Whether the name is `O`, or a label with the prefix of a scheme."""
    return name == OUTSIDE or _TAG.fullmatch(name) is not None


def spans(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """The spans of a sequence of tags in any scheme: (first word, word after the last, label).

    Tags are read as conlleval reads them: an `I-` that continues nothing, which is invalid IOB2, begins a span.
    """
    start = 0
    last = Tag("O", "")
    for i, name in enumerate([*tags, OUTSIDE]):
        tag = _parse(name, prefixed=True)
        if last.label and not continues(last, tag):
            yield start, i, last.label
        if tag.label and not continues(last, tag):
            start = i
        last = tag


def strict_spans(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """The spans of IOB2 tags as seqeval's strict mode reads them: (first word, word after the last, label).

    An `I-` that continues nothing does not begin a span.
    """
    return (span for span in spans(tags) if tags[span[0]].startswith("B-"))


def sentence_tags(document: Document) -> Iterator[tuple[Sentence, list[str]]]:
    """The sentences of a document, each with the IOB2 tags of its words.

    A word is in an entity if they share a character. Words and entities are in order, so one pass over both is enough.
    """
    entities = iter(document.entities)
    entity = next(entities, None)
    for sentence in document.sentences or ():
        if entity is None or entity.start >= sentence.offsets[-1]:
            yield sentence, [OUTSIDE] * len(sentence)
            continue
        tags: list[str] = []
        begun = None  # the entity of the previous word
        for start, end in sentence.word_offsets():
            while entity is not None and entity.end <= start:
                entity = next(entities, None)
            if entity is None or entity.start >= end:
                tags.append(OUTSIDE)
                begun = None
            else:
                tags.append(f"{'I' if begun is entity else 'B'}-{entity.label}")
                begun = entity
        yield sentence, tags


def faults(tags: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Where a sentence's tags break the grammar of their scheme: (number of the word, what is wrong).

    The scheme is BIOES or BILOU if a tag of the sentence is, else IOB2.
    """
    parsed = [_parse(name, prefixed=True) for name in tags]
    closing = {tag.label for tag in parsed} if any(tag.part in ("E", "S") for tag in parsed) else set()
    outside = Tag(OUTSIDE, "")
    for i, (first, second) in enumerate(pairwise([outside, *parsed, outside])):
        if not _may_follow(first, second, closing):
            before = f"after {tags[i - 1]}" if i else "first in its sentence"
            yield (i, f"{tags[i]} {before}") if i < len(tags) else (i - 1, f"{tags[-1]} last in its sentence")


def continues(first: Tag, second: Tag) -> bool:
    """Whether two successive tags belong to the same entity."""
    if first.label != second.label or not first.label:
        return False
    return second.part == "IO" or (first.part, second.part) in _INSIDE
