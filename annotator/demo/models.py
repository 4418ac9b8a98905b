"""The models that the page offers, loaded when they are first used."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

from annotator.checkpoints.catalog import known_models
from annotator.errors import UsageError, did_you_mean
from annotator.pipeline import Annotator, Recipe


class Models:
    """Annotators by the name of their model. Several threads may ask for them at once.

    `names` are the models to offer, known names or checkpoint folders, the default first; the known models that are on
    this machine come after them. `recipe` says how each is loaded.
    """

    def __init__(self, names: Sequence[str], recipe: Recipe) -> None:
        known = [model.name for model in known_models() if model.is_local]
        self.names = tuple(dict.fromkeys([*names, *known]))
        self._recipe = recipe
        self._loaded: dict[str, Annotator] = {}
        self._loading = threading.Lock()

    @property
    def default(self) -> str:
        """The model that is chosen at first."""
        return self.names[0]

    def load(self, name: str) -> Annotator:
        """The annotator of this model; it finds entities of any label and score.

        Raises UsageError for a model that is not offered, and what `Recipe.load` raises.
        """
        if name not in self.names:
            meant = did_you_mean(name, self.names)
            raise UsageError(f"model {name!r} is not offered here", f"{meant}There are {', '.join(self.names)}")
        with self._loading:
            if name not in self._loaded:
                self._loaded[name] = replace(self._recipe, model=name).load()
            return self._loaded[name]
