"""Mixtures of corpora -> training batches: how often each corpus is read, what is mended, varied and put together."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import click
from transformers import AutoTokenizer

from annotator.document import OUTSIDE
from annotator.errors import AnnotatorError
from annotator.labels import PANX_TAGS

from .alignment import Example, align, budget_batches
from .augment import Variation, vary
from .corpora import TaggedSentence, passes, read_tagged, split_unspaced_words

SEED = 0
SLOTS = 1_024  # pieces in a batch, including padding
MAX_PIECES = 256
# Corpora whose entities lack their first word after an article: "the United [States]", "the Red [Sox]".
CUT_AFTER_ARTICLE = ("corpora/gum/en",)
NO_VARIATION = Variation()


def read_split(data: Path, corpus: str, split: str) -> list[TaggedSentence]:
    """The sentences of one split of `corpus`, a folder such as `running/de`, segmented as `annotate` segments text.

    Raises AnnotatorError for a file that is missing, and RecordError for a tag that is not in PANX_TAGS.
    """
    path = data / corpus / f"{split}.tsv"
    if not path.is_file():
        raise AnnotatorError(f"{path}: there is no such file", "the folder of the data must hold the whole mixture")
    return [split_unspaced_words(sentence) for sentence in read_tagged(path, PANX_TAGS)]


def mend(corpus: str, sentence: TaggedSentence) -> TaggedSentence:
    """The sentence with tags that follow the convention of the other corpora.

    In the corpora CUT_AFTER_ARTICLE, an entity is extended to a capitalised word between "the" and itself.
    """
    if corpus not in CUT_AFTER_ARTICLE:
        return sentence
    tags = list(sentence.tags)
    for i in range(2, len(tags)):
        before = sentence.words[i - 1]
        if (
            tags[i].startswith("B-")
            and tags[i - 1] == OUTSIDE
            and before[:1].isupper()
            and sentence.words[i - 2].lower() == "the"
        ):
            tags[i - 1], tags[i] = tags[i], "I" + tags[i][1:]
    return TaggedSentence(sentence.words, tuple(tags))


def mixture(
    data: Path, corpora: Mapping[str, float], variation: Variation = NO_VARIATION, seed: int = SEED
) -> list[TaggedSentence]:
    """The training sentences of the corpora, varied and shuffled; each corpus is repeated as often as `corpora` says.

    Sentences are joined only with others of the same corpus.
    """
    chance = random.Random(seed)
    sentences: list[TaggedSentence] = []
    for corpus, times in corpora.items():
        chosen = passes(read_split(data, corpus, "train"), times, chance)
        sentences += vary((mend(corpus, one) for one in chosen), variation, chance)
    chance.shuffle(sentences)
    return sentences


def batches(sentences: list[TaggedSentence], tokenizer: Path, seed: int = SEED) -> list[list[Example]]:
    """The sentences in batches of similar length; the batches are shuffled."""
    label_ids = {tag: i for i, tag in enumerate(PANX_TAGS)}
    examples = list(align(sentences, AutoTokenizer.from_pretrained(tokenizer), label_ids, MAX_PIECES))
    ready = list(budget_batches(examples, SLOTS))
    random.Random(seed).shuffle(ready)
    pieces = sum(len(e.ids) for e in examples)
    click.echo(f"{len(sentences)} sentences, {pieces} pieces, {len(ready)} batches", err=True)
    return ready
