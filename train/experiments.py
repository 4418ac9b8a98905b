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
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from annotator.checkpoints.folder import DEFAULT_MODEL
from annotator.errors import DISTRIBUTION, AnnotatorError, first_line
from annotator.pipeline import Annotator

from .finetune import finetune
from .gather import LANGUAGES, Gathered, gather
from .measure import MICRO, Score, measure
from .panx import Panx
from .soft import teach
from .trainer import Settings
from .watch import Watch

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
# What a training on own files begins from, and how: a few hundred sentences need more steps than PAN-X, and a small
# encoder a larger rate. docs/own-data.md says how these were chosen.
OWN_BASE = DEFAULT_MODEL
OWN = Settings(rate=1e-4, epochs=10, batch=8, warmup=0.1)


@dataclass(frozen=True, slots=True)
class Results:
    """The settings and the results of one training.

    `trained_on` counts sentences by language or file, `dev` holds the F1 after each epoch, and `test` the scores by
    language or file, then by label (MICRO: all labels). `chose_the_epoch` says that those are the sentences of `dev`.
    `teacher` is the model that it was distilled from, if there is one.
    """

    name: str
    base: str
    trained_on: dict[str, int]
    settings: Settings
    dev: list[float]
    test: dict[str, dict[str, Score]]
    seconds: float
    versions: dict[str, str] = field(default_factory=dict)
    chose_the_epoch: bool = False
    teacher: str | None = None

    def f1(self, language: str) -> float | None:
        """F1 on the test split of a language or on a file; None if it was not measured."""
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
    gathered: Gathered,
    base: str,
    output: Path,
    settings: Settings,
    watch: Watch | None = None,
    teacher: str | None = None,
    unlabelled: Sequence[str] = (),
) -> Results:
    """Fine-tune on gathered sentences and score the result on those to test on.

    The model `teacher` also teaches what it says of the training sentences, and of the text in the files `unlabelled`.

    The results are also written to `output/results.json`, beside the checkpoint.
    """
    started = time.monotonic()
    train = [sentence for sentences in gathered.train.values() for sentence in sentences]
    dev = [sentence for sentences in gathered.dev.values() for sentence in sentences]
    taught = teach(teacher, gathered.tags, train, unlabelled) if teacher else None
    f1_by_epoch = finetune(base, output, gathered.tags, train, dev, settings, watch, taught)
    annotator = Annotator.load(str(output))
    results = Results(
        name=name,
        base=base,
        trained_on={name: len(sentences) for name, sentences in gathered.train.items()},
        settings=settings,
        dev=f1_by_epoch,
        test={name: measure(annotator, sentences) for name, sentences in gathered.test.items()},
        seconds=round(time.monotonic() - started, 1),
        versions={"python": platform.python_version()}
        | {p: version(p) for p in ("torch", "transformers", DISTRIBUTION)},
        chose_the_epoch=gathered.test is gathered.dev,
        teacher=teacher,
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
    watch: Watch | None = None,
) -> list[Results]:
    """Zero-shot transfer from `source` to `target`, and trainings on more and more sentences of `target` alone.

    Each training has its own folder in `output`; those that have results are not repeated. Labelling pays off from
    the size at which the curve crosses the zero-shot F1.
    """
    name = CURVE + target
    trainings = [(output / source, source, sample_of_source)]
    trainings += [(output / f"{target}-{size}", target, str(size)) for size in sizes]
    planned = [
        (
            folder,
            None if (folder / RESULTS).is_file() else gather(lambda: panx, [language], (), [target], size, dev_limit),
        )
        for folder, language, size in trainings
    ]
    return [
        run(name, gathered, base, folder, settings, watch) if gathered else Results.load(folder)
        for folder, gathered in planned
    ]


def defaults(own_files: bool, base: str | None, given: Mapping[str, Any]) -> tuple[str, Settings]:
    """The base and the settings of a training where only some are given; `own_files`: it sees no language of PAN-X."""
    return base or (OWN_BASE if own_files else PUBLISHED_BASE), replace(OWN if own_files else Settings(), **given)


def published(experiment: str) -> Mapping[str, float]:
    """The published F1 by language of an experiment; empty for one that was not published."""
    return PUBLISHED.get(experiment, {})
