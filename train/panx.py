"""PAN-X (WikiANN) by language and split: from the Hugging Face Hub or a folder, the same sentences either way.

Pan et al., "Cross-lingual Name Tagging and Linking for 282 Languages", ACL 2017; the balanced splits of
Rahimi, Li and Cohn, "Massively Multilingual Transfer for NER", ACL 2019.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from annotator.errors import AnnotatorError, UsageError
from annotator.labels import PANX_TAGS

from .corpora import TaggedSentence, read_tagged

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
    """Where PAN-X comes from."""

    def languages(self) -> list[str]:
        """The codes of the languages that can be read."""

    def read(self, language: str, split: str) -> list[TaggedSentence]:
        """The sentences of `train`, `dev` or `test`, in their order. Raises UsageError for what is not there."""


@dataclass(frozen=True, slots=True)
class PanxFolder:
    """`<folder>/<lang>/{train,dev,test}.tsv`, `token<TAB>tag` a line."""

    folder: Path

    def languages(self) -> list[str]:
        """The folders that hold a split."""
        return sorted({path.parent.name for split in SPLITS for path in self.folder.glob(f"*/{split}.tsv")})

    def read(self, language: str, split: str) -> list[TaggedSentence]:
        """The sentences of one file."""
        path = self.folder / language / f"{split}.tsv"
        if language not in self.languages():
            raise unknown_language(language, self.languages(), str(self.folder))
        if not path.is_file():
            raise AnnotatorError(f"{path}: no such file: the folder lacks the split {split!r} of {language!r}")
        return list(read_tagged(path, PANX_TAGS))


@dataclass(frozen=True, slots=True)
class PanxHub:
    """`PAN-X.<lang>` of a dataset on the Hub (or a local copy of it), read with the library `datasets`."""

    dataset: str = HUB_DATASET

    def languages(self) -> list[str]:
        """The languages of XTREME."""
        return list(HUB_LANGUAGES)

    def read(self, language: str, split: str) -> list[TaggedSentence]:
        """The sentences of one split, downloaded if they are not in the cache."""
        try:
            from datasets import load_dataset
        except ImportError:
            raise AnnotatorError("PAN-X from the Hub needs `pip install 'annotator[train]'`") from None
        if language not in self.languages():
            raise unknown_language(language, self.languages(), self.dataset)
        try:
            rows = load_dataset(self.dataset, f"PAN-X.{language}", split=HUB_SPLITS[split])
        except (OSError, ValueError) as error:
            reason = str(error).strip().splitlines()[0]
            raise AnnotatorError(
                f"{self.dataset} PAN-X.{language} cannot be loaded ({reason}): check the network or use --data FOLDER"
            ) from error
        names = rows.features["ner_tags"].feature.names
        return [TaggedSentence(tuple(row["tokens"]), tuple(names[tag] for tag in row["ner_tags"])) for row in rows]


def open_panx(data: Path | None) -> Panx:
    """PAN-X from a folder, or from the Hub where none is given. Raises UsageError for a folder without it."""
    if data is None:
        return PanxHub()
    folder = PanxFolder(data)
    if not folder.languages():
        raise UsageError(f"{data}: no <lang>/train.tsv, dev.tsv or test.tsv in it")
    return folder


def unknown_language(language: str, known: Sequence[str], where: str) -> UsageError:
    """The error for a language that is not there, with the nearest that is."""
    near = difflib.get_close_matches(language, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}? " if near else ""
    return UsageError(f"{where} has no language {language!r}: {hint}There are {', '.join(known)}")


def sample(sentences: Sequence[TaggedSentence], size: int) -> list[TaggedSentence]:
    """`size` sentences, shuffled as `datasets.Dataset.shuffle(seed=0)` does; fewer if there are not so many."""
    order = np.random.default_rng(0).permutation(len(sentences))
    return [sentences[i] for i in order[:size]]


def sample_size(spec: str, language: str, available: int) -> int:
    """How many sentences of a language a `--sample` means: `all`, a number, or `swiss`, its share of them.

    Raises UsageError for another word, and for a language that `swiss` has no share for.
    """
    if spec == "all":
        return available
    if spec == "swiss":
        if language not in SWISS:
            raise UsageError(f"--sample swiss has no share for {language!r}: it has {', '.join(SWISS)}")
        return int(SWISS[language] * available)
    if not spec.isdecimal() or not int(spec):
        raise UsageError(f"--sample {spec!r}: say all, swiss, or a number of sentences a language")
    return int(spec)
