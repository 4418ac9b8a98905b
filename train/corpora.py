"""Tagged corpora for training: CoNLL files -> sentences of words and IOB2 tags."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotator.errors import RecordError
from annotator.prepare.segment import split_unspaced


@dataclass(frozen=True, slots=True)
class TaggedSentence:
    """Words and their IOB2 tags, as many of the one as of the other."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


def read_tagged(path: Path, labels: Sequence[str]) -> Iterator[TaggedSentence]:
    """The sentences of a `token<TAB>tag` file.

    Raises RecordError, naming file and line, for a line without a tag or with one outside `labels`.
    """
    words: list[str] = []
    tags: list[str] = []
    with path.open(encoding="utf-8", newline="\n") as lines:
        for number, raw in enumerate(lines, start=1):
            line = raw.rstrip("\r\n")
            if not line:
                if words:
                    yield TaggedSentence(tuple(words), tuple(tags))
                words, tags = [], []
                continue
            word, _, tag = line.rpartition("\t")
            if tag not in labels or not word:
                raise RecordError(
                    f"{path}:{number}", f"expected 'token<TAB>tag' with a tag of {', '.join(labels)}: {line!r}"
                )
            words.append(word)
            tags.append(tag)
    if words:
        yield TaggedSentence(tuple(words), tuple(tags))


def split_unspaced_words(sentence: TaggedSentence) -> TaggedSentence:
    """The sentence as `annotator.segment` would cut it: Han, kana, Thai ... a grapheme a word.

    Corpora such as Universal NER segment these scripts into words, which running text does not show.
    """
    words: list[str] = []
    tags: list[str] = []
    for word, tag in zip(sentence.words, sentence.tags, strict=True):
        parts = split_unspaced(word)
        words += parts
        tags += [tag, *["I" + tag[1:] if tag != "O" else "O"] * (len(parts) - 1)]
    return TaggedSentence(tuple(words), tuple(tags))


def passes(sentences: Sequence[TaggedSentence], times: float, chance: random.Random) -> list[TaggedSentence]:
    """All sentences `int(times)` times over, and a random share of them for what is left of `times`."""
    whole = int(times)
    return [*sentences] * whole + chance.sample(sentences, round((times - whole) * len(sentences)))
