"""What a user may have meant by a name that does not exist, and how to get a package that is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from importlib.metadata import requires

ALIKE = 0.7  # of 1: PER is not what is meant by GPE


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like `name`, whatever its case; None where none is like it."""
    folded = {one.casefold(): one for one in known}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=ALIKE)
    return folded[close[0]] if close else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`did you mean X? ` for an error to go on from, '' where no known name is near."""
    near = nearest(name, known)
    return f"did you mean {near}? " if near else ""


def extra_with(package: str) -> str | None:
    """The extra of this package that installs another one; None where none does."""
    for requirement in requires("annotator") or ():
        name, extra = re.match(r"[\w.-]+", requirement), re.search(r"extra == ['\"]([\w-]+)", requirement)
        if name and extra and name[0] == package:
            return extra[1]
    return None
