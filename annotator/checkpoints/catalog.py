"""The models that have a name: what their own files say of them, and whether they are on this machine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap

from annotator.checkpoints.folder import DEFAULT_MODEL, EMBEDDED, KNOWN_ON_HUB, embedded_folder, on_this_machine
from annotator.errors import AnnotatorError, UsageError
from annotator.labels import PANX_TAGS, TagSet

CARD = "README.md"
PACKAGE = "package"  # the source of the embedded models
# Languages and labels of models on the Hub, to choose by before there are files to read them from.
TOLD: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "xlm-r-panx": (("de", "fr", "it", "en"), TagSet.parse(PANX_TAGS).labels)
}
# A row of the table of scores in a card that `annotator.train` writes: corpus and split, F1.
_SCORES = re.compile(r"^## Scores\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| ([^|]+?) \| (\d\.\d+) \|", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Model:
    """A model by name. What its files tell (languages, labels, bytes on disk, licence, F1 by corpus) is empty or
    None where they are not on this machine, or do not tell it. `source` is the package, or a name on the Hub."""

    name: str
    source: str
    default: bool
    folder: str | None
    languages: tuple[str, ...]
    labels: tuple[str, ...]
    size: int | None
    licence: str | None
    f1: dict[str, float]

    @property
    def at_hand(self) -> bool:
        """Whether it can be used without a download."""
        return self.folder is not None


def known_models() -> Iterator[Model]:
    """The models with a name of their own, the default first."""
    for name in EMBEDDED:
        yield describe(name, PACKAGE, embedded_folder(name))
    for name, repository in KNOWN_ON_HUB.items():
        yield describe(name, repository, on_this_machine(repository))


def describe(name: str, source: str, folder: Path | None) -> Model:
    """What a checkpoint folder says of its model (None: it is not on this machine)."""
    if folder is None:
        languages, labels = TOLD.get(name, ((), ()))
        return Model(name, source, name == DEFAULT_MODEL, None, languages, labels, None, None, {})
    languages, licence, f1 = _card(folder / CARD)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Model(name, source, name == DEFAULT_MODEL, str(folder), languages, _labels(folder), size, licence, f1)


def summary(model: Model) -> str:
    """A model in a few lines of 80 columns."""
    default = " (default)" if model.default else ""
    if not model.at_hand:
        where = "on the Hugging Face Hub, downloaded when first used"
    else:
        where = "comes with the package" if model.source == PACKAGE else "on this machine"
    told = {
        "source": model.source,
        "languages": " ".join(model.languages),
        "labels": " ".join(model.labels),
        "size": f"{model.size / 1e6:,.0f} MB" if model.size else "",
        "licence": model.licence or "",
        "F1": "; ".join(f"{corpus}\xa0{f1:.3f}".replace(" ", "\xa0") for corpus, f1 in model.f1.items()),
    }
    lines = [f"{model.name}{default}: {where}"]
    for name, told_text in told.items():
        text = told_text or ("not told" if model.at_hand else "told once it is here")
        lines += wrap(text, 80, initial_indent=f"  {name:<11}", subsequent_indent=" " * 13)
    return "\n".join(lines).replace("\xa0", " ")


def _labels(folder: Path) -> tuple[str, ...]:
    try:
        names = json.loads((folder / "config.json").read_text(encoding="utf-8"))["id2label"]
        return TagSet.parse([names[key] for key in sorted(names, key=int)]).labels
    except (OSError, ValueError, KeyError, UsageError):
        return ()


def _card(path: Path) -> tuple[tuple[str, ...], str | None, dict[str, float]]:
    """Languages, licence and F1 by corpus that a model card tells."""
    from huggingface_hub import ModelCard

    try:
        card = ModelCard.load(path)
    except (OSError, ValueError) as error:
        if path.exists():
            raise AnnotatorError(f"{path}: not a model card: {error}") from error
        return (), None, {}
    languages = card.data.language or ()
    stated = {r.dataset_name: float(r.metric_value) for r in card.data.eval_results or () if r.metric_type == "f1"}
    return (
        (languages,) if isinstance(languages, str) else tuple(languages),
        card.data.license,
        stated or dict(_scores(card.text)),
    )


def _scores(text: str) -> Iterable[tuple[str, float]]:
    section = _SCORES.search(text)
    return ((corpus, float(f1)) for corpus, f1 in _ROW.findall(section[1])) if section else ()
