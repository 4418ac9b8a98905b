"""The published PAN-X experiments, each from its data to `results.json`.

They are zero-shot transfer from German, joint training on German and French, training on all four languages, and
the learning curve of one target language. Published figures: Tunstall, von Werra and Wolf, "Natural Language
Processing with Transformers" (2022), chapter 4: xlm-roberta-base, rate 2e-5, 3 epochs, F1 on test splits in Swiss
proportions.
"""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from annotator.errors import DISTRIBUTION, AnnotatorError, first_line
from annotator.labels import PANX_TAGS
from annotator.pipeline import Annotator

from .corpora import TaggedSentence, read_tagged
from .finetune import finetune
from .measure import MICRO, Score, measure
from .panx import Panx, sample, sample_size
from .trainer import Settings

LANGUAGES = ("de", "fr", "it", "en")
RESULTS = "results.json"
# The training languages of each experiment.
EXPERIMENTS = {"zero-shot": ("de",), "joint": ("de", "fr"), "all": LANGUAGES}
PUBLISHED_BASE = "xlm-roberta-base"
PUBLISHED = {
    "zero-shot": {"fr": 0.703, "it": 0.676, "en": 0.602},
    "joint": {"de": 0.866, "fr": 0.860, "it": 0.816, "en": 0.677},
    "all": {"de": 0.8682, "fr": 0.8647, "it": 0.8575, "en": 0.7870},
}
CURVE = "learning-curve-"  # followed by the target language


@dataclass(frozen=True, slots=True)
class Results:
    """The settings and the results of one training.

    `trained_on` counts sentences by language or file, `dev` holds the F1 after each epoch, and `test` the scores by
    language, then by label (MICRO: all labels).
    """

    name: str
    base: str
    trained_on: dict[str, int]
    settings: Settings
    dev: list[float]
    test: dict[str, dict[str, Score]]
    seconds: float
    versions: dict[str, str] = field(default_factory=dict)

    def f1(self, language: str) -> float | None:
        """F1 on the test split of a language; None if it was not measured."""
        return self.test[language][MICRO].f1 if language in self.test else None

    def save(self, folder: Path) -> None:
        """Write `folder/results.json`."""
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False)
        (folder / RESULTS).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Results:
        """Read `folder/results.json`. Raises AnnotatorError if it is missing or is something else."""
        path = folder / RESULTS
        try:
            record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            test = {
                language: {label: Score(**score) for label, score in scores.items()}
                for language, scores in record.pop("test").items()
            }
            return cls(**record | {"settings": Settings(**record["settings"])}, test=test)
        except OSError as error:
            raise AnnotatorError(
                f"{path}: cannot be read: {error.strerror}", "check that the training has finished"
            ) from error
        except (ValueError, TypeError, KeyError) as error:
            raise AnnotatorError(f"{path}: not the results of a training: {first_line(error)}") from error


def run(
    name: str,
    panx: Panx,
    base: str,
    output: Path,
    train_on: Sequence[str],
    eval_on: Sequence[str],
    size: str,
    settings: Settings,
    dev_limit: int | None = None,
) -> Results:
    """Fine-tune on languages of PAN-X (or CoNLL files) and score the result on the test splits of others.

    `size` is the sample of each training split: `all`, `swiss`, or a number of sentences. Languages of `eval_on`
    that are not available are left out. `dev_limit` limits the dev sentences of each language that choose the epoch.
    The results are also written to `output/results.json`, beside the checkpoint.
    """
    started = time.monotonic()
    train: list[TaggedSentence] = []
    dev: list[TaggedSentence] = []
    trained_on = {}
    for one in train_on:
        sentences, held_out = _splits(panx, one)
        chosen = sample(sentences, sample_size(size, one, len(sentences)))
        trained_on[one] = len(chosen)
        train += chosen
        dev += sample(held_out, dev_limit or len(held_out))
    f1_by_epoch = finetune(base, output, PANX_TAGS, train, dev, settings)
    annotator = Annotator.load(str(output))
    test = {lang: measure(annotator, panx.read(lang, "test")) for lang in eval_on if lang in panx.languages()}
    results = Results(
        name=name,
        base=base,
        trained_on=trained_on,
        settings=settings,
        dev=f1_by_epoch,
        test=test,
        seconds=round(time.monotonic() - started, 1),
        versions={"python": platform.python_version()}
        | {p: version(p) for p in ("torch", "transformers", DISTRIBUTION)},
    )
    results.save(output)
    return results


def learning_curve(
    panx: Panx,
    base: str,
    output: Path,
    source: str,
    target: str,
    sizes: Sequence[int],
    sample_of_source: str,
    settings: Settings,
    dev_limit: int | None = None,
) -> list[Results]:
    """Zero-shot transfer from `source` to `target`, and trainings on more and more sentences of `target` alone.

    Each training has its own folder in `output`; those that have results are not repeated. Labelling pays off from
    the size at which the curve crosses the zero-shot F1.
    """
    name = CURVE + target
    trainings = [(output / source, source, sample_of_source)]
    trainings += [(output / f"{target}-{size}", target, str(size)) for size in sizes]
    return [
        Results.load(folder)
        if (folder / RESULTS).is_file()
        else run(name, panx, base, folder, [language], [target], size, settings, dev_limit)
        for folder, language, size in trainings
    ]


def _splits(panx: Panx, one: str) -> tuple[list[TaggedSentence], list[TaggedSentence]]:
    """Training and dev sentences of a language, or of a CoNLL file, of which a tenth is held out as dev."""
    path = Path(one)
    if not path.is_file():
        return panx.read(one, "train"), panx.read(one, "dev")
    sentences = list(read_tagged(path, PANX_TAGS))
    if len(sentences) < 2:
        raise AnnotatorError(f"{path}: too few sentences ({len(sentences)}) to train on some and hold out others")
    shuffled = sample(sentences, len(sentences))
    held = max(1, len(shuffled) // 10)
    return shuffled[held:], shuffled[:held]


def published(experiment: str) -> Mapping[str, float]:
    """The published F1 by language of an experiment; empty for one that was not published."""
    return PUBLISHED.get(experiment, {})
