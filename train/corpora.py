"""Tagged corpora for training: CoNLL files -> sentences of words and tags."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotator.document import OUTSIDE, Origin
from annotator.errors import AnnotatorError, RecordError
from annotator.formats import FORMATS, input_format
from annotator.formats.base import ReadOptions, only_documents
from annotator.input.records import open_input
from annotator.labels import sentence_tags
from annotator.prepare.segment import split_unspaced


@dataclass(frozen=True, slots=True)
class TaggedSentence:
    """The words of a sentence and their IOB2 tags, one for each word."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


def read_tagged(path: Path, labels: Sequence[str]) -> Iterator[TaggedSentence]:
    """The sentences of a CoNLL file, with the tags as they stand in it; `labels` are the tags it may have.

    Raises RecordError, which names file and line, for a line without a tag or with a tag outside `labels`.
    """
    known = frozenset(labels)
    tagged: list[Sequence[str]] = []  # the tags of the sentences of one document

    def keep(tags: Sequence[str], origins: Sequence[Origin]) -> None:
        if not known.issuperset(tags):
            tag, origin = next((tag, origin) for tag, origin in zip(tags, origins, strict=True) if tag not in known)
            raise RecordError(origin, f"unknown tag {tag!r}", remedy=f"the tags are {', '.join(labels)}")
        tagged.append(tags)

    with path.open("rb") as stream:
        for document in only_documents(FORMATS["conll"].reader()(stream, str(path), ReadOptions(on_tags=keep))):
            for sentence, tags in zip(document.sentences or (), tagged, strict=True):
                words = (document.text[start:end] for start, end in sentence.word_offsets())
                yield TaggedSentence(tuple(words), tuple(tags))
            tagged.clear()


def read_own(path: Path) -> list[TaggedSentence]:
    """The sentences of a file in any format that has words and entities, with IOB2 tags of any labels.

    Files of other suffixes are read as CoNLL. Raises AnnotatorError for a file without sentences, and RecordError,
    which names file and line, for what is no tag and for a record without words.
    """
    named = input_format(None, str(path))
    found = open_input([str(path)], "conll" if named.name == "text" else named.name)
    sentences: list[TaggedSentence] = []
    for document in found.documents():
        if document.sentences is None:
            remedy = "convert the file to CoNLL with `annotate convert`, and train on that"
            raise RecordError(document.origin, "the record has no words", remedy=remedy)
        for sentence, tags in sentence_tags(document):
            words = (document.text[start:end] for start, end in sentence.word_offsets())
            sentences.append(TaggedSentence(tuple(words), tuple(tags)))
    if not sentences:
        raise AnnotatorError(f"{path}: no sentences in it")
    return sentences


def split_unspaced_words(sentence: TaggedSentence) -> TaggedSentence:
    """The sentence as `annotator.segment` cuts it: Han, kana, Thai and the like into one word per grapheme.

    Corpora such as Universal NER segment these scripts into words, whose boundaries running text does not show.
    """
    words: list[str] = []
    tags: list[str] = []
    for word, tag in zip(sentence.words, sentence.tags, strict=True):
        parts = split_unspaced(word)
        words += parts
        tags += [tag, *["I" + tag[1:] if tag != OUTSIDE else OUTSIDE] * (len(parts) - 1)]
    return TaggedSentence(tuple(words), tuple(tags))


def passes(sentences: Sequence[TaggedSentence], times: float, chance: random.Random) -> list[TaggedSentence]:
    """All sentences `int(times)` times, and a random sample of them for the fraction of `times`."""
    whole = int(times)
    return [*sentences] * whole + chance.sample(sentences, round((times - whole) * len(sentences)))
