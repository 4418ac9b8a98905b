"""Models that other distributions bring: their names, and the folders of their packages.

A distribution declares an entry point of the group `annotate_ner.models`: the model's name, and the package whose
folder is the checkpoint. Top-level packages are found without importing them.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from annotator.errors import AnnotatorError, first_line

GROUP: Final = "annotate_ner.models"


@dataclass(frozen=True, slots=True)
class PackagedModel:
    """A model that the distribution `distribution` brings as the folder of its package `package`."""

    name: str
    package: str
    distribution: str

    def folder(self) -> Path:
        """The folder of the package. Raises AnnotatorError if there is none."""
        try:
            spec = find_spec(self.package)
            places = [Path(place) for place in (spec and spec.submodule_search_locations) or ()]
        except (ImportError, ValueError) as error:
            raise self._broken(first_line(error)) from error
        if folder := next((place for place in places if place.is_dir()), None):
            return folder
        raise self._broken("there is no such package with a folder")

    def _broken(self, reason: str) -> AnnotatorError:
        return AnnotatorError(
            f"model {self.name} of the distribution {self.distribution}: no package {self.package} ({reason})",
            f"install {self.distribution} again, or uninstall it",
        )


def packaged_models() -> dict[str, PackagedModel]:
    """The models that distributions on this machine declare, by name.

    Raises AnnotatorError if two distributions declare the same name.
    """
    found: dict[str, PackagedModel] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        model = PackagedModel(entry.name, entry.value, _distribution(entry))
        other = found.setdefault(entry.name, model)
        if other != model:
            raise AnnotatorError(
                f"the distributions {other.distribution} and {model.distribution} both bring a model {entry.name}",
                "uninstall one of them",
            )
    return found


def _distribution(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else "?"
