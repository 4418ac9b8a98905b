"""Templates and values -> HTML pages. A page is one file, with its styles and its script in it, and loads nothing.

Values are escaped by the templates (Jinja, https://jinja.palletsprojects.com). The Content-Security-Policy of a page
allows only its own script, by its digest: what text may smuggle in is not run.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from annotator.display import CONTROLS, colour

if TYPE_CHECKING:
    from jinja2 import Environment

STYLE, SCRIPT = "style.css", "script.js"


def printable(text: str) -> str:
    """The text on one line, with control characters, those that change its direction among them, replaced by spaces."""
    return CONTROLS.sub(" ", text)


def page(template: str, **values: object) -> str:
    """The page that a template of this package makes of values, ending in a line end."""
    script = _read(SCRIPT)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return _environment().get_template(template).render(style=_read(STYLE), script=script, digest=digest, **values)


def _read(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_read), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters["printable"] = printable
    environment.filters["colour"] = colour
    return environment
