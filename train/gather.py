"""Languages of PAN-X and own tagged files -> the sentences to train on, to choose the epoch by, and to test on.

All of it is read before a training begins, so that nothing that it needs can be missing at its end.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotator.document import OUTSIDE
from annotator.errors import AnnotatorError, UsageError, did_you_mean
from annotator.json_values import AnnotatorWarning
from annotator.labels import PANX_TAGS, TagSet

from .corpora import TaggedSentence, read_own
from .panx import Panx, sample, sample_size

# The languages that a training on PAN-X is tested on where none are named: those of the published experiments.
LANGUAGES = ("de", "fr", "it", "en")
HELD_OUT = " (held out)"  # follows the name of a file
HELD_OUT_SHARE = 10  # one sentence of so many
Sentences = Mapping[str, Sequence[TaggedSentence]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """The sentences of a training by language or file, and the tags that its model gives.

    The F1 on `dev` chooses the epoch. What is held out of a file has the file's name and HELD_OUT.
    """

    tags: tuple[str, ...]
    train: Sentences
    dev: Sentences
    test: Sentences


def gather(
    panx: Callable[[], Panx],
    train_on: Sequence[str],
    dev_on: Sequence[str] = (),
    test_on: Sequence[str] | None = None,
    size: str = "all",
    dev_limit: int | None = None,
) -> Gathered:
    """Read what a training needs; each name is a language of PAN-X or a file in a format with tagged words.

    `size` is the sample of each training split: `all`, `swiss`, or a number of sentences. Without `dev_on`, the epoch
    is chosen by the dev splits of the languages and by a tenth of each file, which is held out; at most `dev_limit`
    sentences of each. Without `test_on`, the model is tested on the languages LANGUAGES that are available if it is
    trained on languages, and otherwise on what chooses the epoch. `panx` is called only if a language is named.

    The labels are those of the files, and those of PAN-X if a language is trained on. Raises UsageError for a name that
    is neither a file nor a language, AnnotatorError for a file that cannot be trained on.
    """
    check_names(panx, [*train_on, *dev_on, *(test_on or ())])
    train: dict[str, list[TaggedSentence]] = {}
    dev: dict[str, list[TaggedSentence]] = {}
    for name in dict.fromkeys(train_on):
        if not is_file(name):
            train[name] = panx().read(name, "train")
            if not dev_on:
                dev[name] = panx().read(name, "dev")
        elif dev_on:
            train[name] = read_own(Path(name))
        else:
            train[name], dev[name + HELD_OUT] = _hold_out(name)
        train[name] = sample(train[name], sample_size(size, name, len(train[name])))
    for name in dict.fromkeys(dev_on):
        dev[name] = read_own(Path(name)) if is_file(name) else panx().read(name, "dev")
    dev = {name: sample(sentences, dev_limit or len(sentences)) for name, sentences in dev.items()}
    languages = [name for name in train_on if not is_file(name)]
    if test_on is None and languages:
        test_on = [language for language in LANGUAGES if language in panx().languages()]
    test = {
        name: read_own(Path(name)) if is_file(name) else panx().read(name, "test")
        for name in dict.fromkeys(test_on or ())
    }
    tags = _tags({**train, **dev}, bool(languages))
    _warn_of_labels(train, dev, test)
    return Gathered(tags, train, dev, test or dev)


def is_file(name: str) -> bool:
    """Whether a name is that of a file, and not of a language."""
    return Path(name).is_file()


def check_names(panx: Callable[[], Panx], names: Sequence[str]) -> None:
    """Raises UsageError for the first name that is neither a file nor a language."""
    for name in names:
        if is_file(name):
            continue
        if Path(name).is_dir():
            raise UsageError(f"{name}: is a folder", "name tagged files, with commas between them")
        if "/" in name or "." in name:  # no language
            raise UsageError(f"{name}: no such file")
        languages = panx().languages()
        if name not in languages:
            remedy = f"{did_you_mean(name, languages)}there are {', '.join(languages)}"
            raise UsageError(f"there is no file and no language {name!r}", remedy)


def _hold_out(name: str) -> tuple[list[TaggedSentence], list[TaggedSentence]]:
    """The sentences of a file to train on, and a tenth of them, held out."""
    sentences = read_own(Path(name))
    if len(sentences) < 2:
        raise AnnotatorError(f"{name}: too few sentences ({len(sentences)}) to train on some and hold out others")
    shuffled = sample(sentences, len(sentences))
    held = max(1, len(shuffled) // HELD_OUT_SHARE)
    return shuffled[held:], shuffled[:held]


def labels_of(sentences: Sentences) -> set[str]:
    """The entity labels that occur in sentences."""
    return {tag[2:] for one in sentences.values() for sentence in one for tag in sentence.tags if tag != OUTSIDE}


def _tags(sentences: Sentences, with_panx: bool) -> tuple[str, ...]:
    known = TagSet.parse(PANX_TAGS).labels if with_panx else ()
    labels = dict.fromkeys((*known, *sorted(labels_of(sentences))))
    if not labels:
        raise AnnotatorError(f"{', '.join(sentences)}: no entities to learn", "tag some words, B- and I- and a label")
    return (OUTSIDE, *(f"{part}-{label}" for label in labels for part in "BI"))


def _warn_of_labels(train: Sentences, dev: Sentences, test: Sentences) -> None:
    if unknown := sorted(labels_of({**dev, **test}) - labels_of(train)):
        text = f"no training sentence has the label {', '.join(unknown)}, so that it will hardly be found"
        warnings.warn(text, AnnotatorWarning, stacklevel=1)
