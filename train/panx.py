"""PAN-X (WikiANN) by language and split, from the Hugging Face Hub or a folder with the same sentences.

Pan et al., "Cross-lingual Name Tagging and Linking for 282 Languages", ACL 2017; the balanced splits of
Rahimi, Li and Cohn, "Massively Multilingual Transfer for NER", ACL 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from annotator.errors import AnnotatorError, UsageError, did_you_mean, first_line, install_extra
from annotator.labels import PANX_TAGS

from .corpora import TaggedSentence, read_tagged
from .watch import without_reports

SPLITS = ("train", "dev", "test")
HUB_DATASET = "google/xtreme"
HUB_SPLITS = {"train": "train", "dev": "validation", "test": "test"}
# The languages of XTREME's PAN-X.
HUB_LANGUAGES = (
    "af", "ar", "bg", "bn", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr", "he", "hi", "hu", "id", "it", "ja",
    "jv", "ka", "kk", "ko", "ml", "mr", "ms", "my", "nl", "pt", "ru", "sw", "ta", "te", "th", "tl", "tr", "ur", "vi",
    "yo", "zh",
)  # fmt: skip
# The shares of Switzerland's languages: Tunstall, von Werra and Wolf, "Natural Language Processing with
# Transformers", chapter 4.
SWISS = {"de": 0.629, "fr": 0.229, "it": 0.084, "en": 0.059}


class Panx(Protocol):
    """A source of PAN-X."""

    def languages(self) -> list[str]:
        """The codes of the languages that can be read."""

    def read(self, language: str, split: str) -> list[TaggedSentence]:
        """The sentences of `train`, `dev` or `test`, in their order. Raises UsageError for an unknown language."""


@dataclass(frozen=True, slots=True)
class PanxFolder:
    """CoNLL files `<folder>/<lang>/{train,dev,test}.tsv`."""

    folder: Path

    def languages(self) -> list[str]:
        """The folders that hold at least one split."""
        return sorted({path.parent.name for split in SPLITS for path in self.folder.glob(f"*/{split}.tsv")})

    def read(self, language: str, split: str) -> list[TaggedSentence]:
        """The sentences of one file. Raises AnnotatorError for a split that is missing."""
        path = self.folder / language / f"{split}.tsv"
        if language not in self.languages():
            raise unknown_language(language, self.languages(), str(self.folder))
        if not path.is_file():
            raise AnnotatorError(f"{path}: no such file: the folder lacks the split {split!r} of {language!r}")
        return list(read_tagged(path, PANX_TAGS))


@dataclass(frozen=True, slots=True)
class PanxHub:
    """`PAN-X.<lang>` of a dataset on the Hub, or a local copy of it, read with the library `datasets`."""

    dataset: str = HUB_DATASET

    def languages(self) -> list[str]:
        """The languages of XTREME's PAN-X."""
        return list(HUB_LANGUAGES)

    def read(self, language: str, split: str) -> list[TaggedSentence]:
        """The sentences of one split, downloaded if they are not cached. Raises AnnotatorError if that fails."""
        try:
            from datasets import load_dataset
        except ImportError:
            raise AnnotatorError("PAN-X from the Hub needs datasets", install_extra("train")) from None
        if language not in self.languages():
            raise unknown_language(language, self.languages(), self.dataset)
        try:
            with without_reports():
                rows = load_dataset(self.dataset, f"PAN-X.{language}", split=HUB_SPLITS[split])
        except (OSError, ValueError) as error:
            raise AnnotatorError(
                f"{self.dataset} PAN-X.{language} cannot be loaded ({first_line(error)})",
                "check the network, or name a folder with the data by {data}",
            ) from error
        names = rows.features["ner_tags"].feature.names
        return [TaggedSentence(tuple(row["tokens"]), tuple(names[tag] for tag in row["ner_tags"])) for row in rows]


def open_panx(data: Path | None) -> Panx:
    """PAN-X from a folder, or from the Hub if none is given. Raises UsageError for a folder without PAN-X."""
    if data is None:
        return PanxHub()
    folder = PanxFolder(data)
    if not folder.languages():
        raise UsageError(f"{data}: no <lang>/train.tsv, dev.tsv or test.tsv in it")
    return folder


def unknown_language(language: str, known: Sequence[str], where: str) -> UsageError:
    """The error for a language that is not available, with the most similar one that is."""
    remedy = f"{did_you_mean(language, known)}there are {', '.join(known)}"
    return UsageError(f"{where} has no language {language!r}", remedy)


def sample(sentences: Sequence[TaggedSentence], size: int) -> list[TaggedSentence]:
    """At most `size` sentences, shuffled as `datasets.Dataset.shuffle(seed=0)` does."""
    order = np.random.default_rng(0).permutation(len(sentences))
    return [sentences[i] for i in order[:size]]


def sample_size(spec: str, language: str, available: int) -> int:
    """The number of sentences that a sample takes of a language's `available` ones.

    `spec` is `all`, a number, or `swiss` for the language's share in Switzerland. Raises UsageError for any other
    word, and for a language without such a share.
    """
    if spec == "all":
        return available
    if spec == "swiss":
        if language not in SWISS:
            raise UsageError(f"the sample 'swiss' has no share for {language!r}", f"it has {', '.join(SWISS)}")
        return int(SWISS[language] * available)
    if not spec.isdecimal() or not int(spec):
        raise UsageError(f"unknown sample {spec!r}", "set {sample} to all, swiss, or a number of sentences")
    return int(spec)
