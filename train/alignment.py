"""Tagged sentences -> training examples: piece ids, and the tag of each word on its first piece."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from transformers import PreTrainedTokenizerBase

from .corpora import TaggedSentence

IGNORED = -100  # the label that torch's cross entropy ignores


@dataclass(frozen=True, slots=True)
class Example:
    """One training sequence: piece ids, including special pieces, and one label id for each."""

    ids: list[int]
    labels: list[int]


def align(
    sentences: Sequence[TaggedSentence],
    tokenizer: PreTrainedTokenizerBase,
    label_ids: Mapping[str, int],
    max_pieces: int,
) -> Iterator[Example]:
    """Examples of at most `max_pieces` piece ids; longer sentences are cut between words without loss.

    A word without pieces carries no label. A word that alone exceeds `max_pieces` keeps its first pieces.
    """
    first, last = tokenizer.cls_token_id, tokenizer.sep_token_id
    encoded = tokenizer(
        [list(s.words) for s in sentences], is_split_into_words=True, add_special_tokens=False, verbose=False
    )
    for i, sentence in enumerate(sentences):
        ids: list[int] = []
        labels: list[int] = []
        room = max_pieces - 2
        pieces: list[list[int]] = [[] for _ in sentence.words]
        for piece, word in zip(encoded[i].ids, encoded[i].word_ids, strict=True):
            pieces[word].append(piece)
        for all_pieces, tag in zip(pieces, sentence.tags, strict=True):
            word_pieces = all_pieces[:room]
            if len(ids) + len(word_pieces) > room:
                yield Example([first, *ids, last], [IGNORED, *labels, IGNORED])
                ids, labels = [], []
            ids += word_pieces
            labels += [label_ids[tag], *[IGNORED] * (len(word_pieces) - 1)] if word_pieces else []
        if ids:
            yield Example([first, *ids, last], [IGNORED, *labels, IGNORED])


def budget_batches(examples: Sequence[Example], slots: int, pool: int = 4096) -> Iterator[list[Example]]:
    """Batches of examples of similar length, with at most `slots` pieces including padding.

    Examples are sorted by length within pools of `pool` examples, so the order stays random between pools. The
    caller shuffles the batches.
    """
    for start in range(0, len(examples), pool):
        batch: list[Example] = []
        for example in sorted(examples[start : start + pool], key=lambda e: len(e.ids)):
            if batch and len(example.ids) * (len(batch) + 1) > slots:
                yield batch
                batch = []
            batch.append(example)
        if batch:
            yield batch
