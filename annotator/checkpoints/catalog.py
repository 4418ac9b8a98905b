"""The models with a name of their own: what their files say about them, and whether they are on this machine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap

from annotator.checkpoints.config import tags_of
from annotator.checkpoints.folder import DEFAULT_MODEL, EMBEDDED_MODELS, HUB_MODELS, downloaded_folder, embedded_folder
from annotator.checkpoints.packages import packaged_models
from annotator.errors import AnnotatorError, first_line
from annotator.labels import PANX_TAGS, TagSet
from annotator.tables import read_markdown_table

CARD = "README.md"
PACKAGE = "package"  # the source of the embedded models
# Languages and labels of models on the Hub, so that one can choose before downloading the files that state them.
BEFORE_DOWNLOAD: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "xlm-r-panx": (("de", "fr", "it", "en"), TagSet.parse(PANX_TAGS).labels)
}
# The section of scores in a card that `annotator.train` writes, and an F1 in the second column of its table.
_SCORES = re.compile(r"^## Scores\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SHOWN_F1 = 6  # of the scores in a card
_F1 = re.compile(r"\d\.\d+")


@dataclass(frozen=True, slots=True)
class Model:
    """A model with a name.

    `source` is the package, the distribution that brings the model, or its name on the Hub. What its files state
    (languages, labels, size in bytes, licence, F1 by corpus) is empty or None if they are not on this machine or do not
    state it.
    """

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
    def is_local(self) -> bool:
        """Whether the model can be used without a download."""
        return self.folder is not None


def known_models() -> Iterator[Model]:
    """The models with a name of their own, starting with the default: ours, those of other distributions, the Hub's."""
    for name in EMBEDDED_MODELS:
        yield describe(name, PACKAGE, embedded_folder(name))
    for packaged in packaged_models().values():
        if packaged.name not in EMBEDDED_MODELS:
            yield describe(packaged.name, packaged.distribution, packaged.folder())
    for name, repository in HUB_MODELS.items():
        yield describe(name, repository, downloaded_folder(repository))


def describe(name: str, source: str, folder: Path | None) -> Model:
    """What a checkpoint folder states about its model. `folder` is None for a model that is not on this machine."""
    if folder is None:
        languages, labels = BEFORE_DOWNLOAD.get(name, ((), ()))
        return Model(name, source, name == DEFAULT_MODEL, None, languages, labels, None, None, {})
    languages, licence, f1 = _read_card(folder / CARD)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Model(name, source, name == DEFAULT_MODEL, str(folder), languages, _labels(folder), size, licence, f1)


def summary(model: Model) -> str:
    """The model in a few lines of at most 80 columns, with the first F1 scores of its card."""
    default = " (default)" if model.default else ""
    if not model.is_local:
        where = "on the Hugging Face Hub, downloaded when first used"
    else:
        where = "comes with the package" if model.source == PACKAGE else "on this machine"
    f1 = [f"{corpus}\xa0{score:.3f}".replace(" ", "\xa0") for corpus, score in model.f1.items()]
    if len(f1) > SHOWN_F1:
        f1[SHOWN_F1:] = [f"{len(f1) - SHOWN_F1} more with --json"]
    facts = {
        "source": model.source,
        "languages": " ".join(model.languages),
        "labels": " ".join(model.labels),
        "size": f"{model.size / 1e6:,.0f} MB" if model.size else "",
        "licence": model.licence or "",
        "F1": "; ".join(f1),
    }
    lines = [f"{model.name}{default}: {where}"]
    for name, fact in facts.items():
        text = fact or ("not stated" if model.is_local else "known after the download")
        lines += wrap(text, 80, initial_indent=f"  {name:<11}", subsequent_indent=" " * 13, break_on_hyphens=False)
    return "\n".join(lines).replace("\xa0", " ")


def _labels(folder: Path) -> tuple[str, ...]:
    try:
        return TagSet.parse(tags_of(folder)).labels
    except AnnotatorError:
        return ()


def _read_card(path: Path) -> tuple[tuple[str, ...], str | None, dict[str, float]]:
    """Languages, licence and F1 by corpus as a model card states them."""
    from huggingface_hub import ModelCard
    from yaml import YAMLError  # type: ignore[import-untyped]

    try:
        card = ModelCard.load(path)
    except (OSError, ValueError, YAMLError) as error:
        if path.exists():
            raise AnnotatorError(
                f"{path}: not a model card ({first_line(error)})", "repair its YAML header, or delete the file"
            ) from error
        return (), None, {}
    languages = card.data.language or ()
    stated = {
        one.dataset_name: float(one.metric_value) for one in card.data.eval_results or () if one.metric_type == "f1"
    }
    return (
        (languages,) if isinstance(languages, str) else tuple(languages),
        card.data.license,
        stated or dict(_scores(card.text)),
    )


def _scores(text: str) -> Iterable[tuple[str, float]]:
    section = _SCORES.search(text)
    rows = read_markdown_table(section[1]) if section else ()
    return ((corpus, float(f1)) for corpus, f1, *_ in rows if _F1.fullmatch(f1))
