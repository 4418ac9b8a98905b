"""Errors that the user can act on, and what to suggest for a name or a package that does not exist.

AnnotatorError          a failure: what, where (file:line) and the remedy, in one line
├── UsageError          the command or call itself is wrong
└── RecordError         one record of the input cannot be read
OutputClosed            whoever read the output has stopped reading: no failure
Terminated              the process was asked to end by SIGTERM
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from importlib.metadata import requires

from packaging.requirements import Requirement

# Of 1: how alike two names are for one to be suggested for the other. PER is not what is meant by GPE.
ALIKE = 0.7
_PARAMETER = re.compile(r"\{(\w+)\}")


class AnnotatorError(Exception):
    """A failure that the user can act on. Its text is one line: what happened, where (file:line), and the remedy.

    `remedy` says what to do. It names parameters in braces (`use {force} to replace it`), and each front end words
    them its own way with `worded`: the command line writes `--force`, Python `force`.
    """

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def worded(self, parameter: Callable[[str], str]) -> str:
        """The text in one line; `parameter` words the name of a parameter, such as `min_score`.

        Characters that would end the line, or that cannot be shown, are written as escapes.
        """
        remedy = worded(self.remedy, parameter)
        text = f"{self.message}: {remedy}" if remedy else self.message
        return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)

    def __str__(self) -> str:
        """The text in one line, with the names of parameters as Python has them."""
        return self.worded(lambda name: name)


def worded(text: str, parameter: Callable[[str], str]) -> str:
    """The text with each parameter that it names in braces worded by `parameter`."""
    return _PARAMETER.sub(lambda found: parameter(found[1]), text)


def advise(error: BaseException, advice: str) -> None:
    """Add to an error, on its way up, what can be done about it. Parameters stand in braces, as in a remedy.

    Python shows it below a traceback; other front ends word what `advice_of` gives.
    """
    error.add_note(worded(advice, lambda name: name))
    error.__dict__.setdefault("advice", []).append(advice)


def advice_of(error: BaseException) -> list[str]:
    """What `advise` added to an error."""
    advice: list[str] = error.__dict__.get("advice", [])
    return advice


class UsageError(AnnotatorError):
    """The command or call itself is wrong: an unknown format, model, device or option value."""

    exit_code = 2


class OutputClosed(Exception):
    """Whoever read our output has stopped reading. This is no failure, but there is nobody to write for."""


class RecordError(AnnotatorError):
    """One record of the input cannot be read.

    `origin` (file:line) says where it stands, `reason` why it cannot be read, and `raw` what it holds. Readers yield
    it in the record's place where they can read on after it, and raise it where they cannot.
    """

    def __init__(self, origin: object, reason: str, raw: str | None = None, remedy: str = "") -> None:
        super().__init__(f"{origin}: {reason}", remedy)
        self.args = (origin, reason, raw, remedy)  # what a pickle makes it of
        self.origin = origin
        self.reason = reason
        self.raw = raw


class Terminated(KeyboardInterrupt):
    """The process was asked to end by SIGTERM."""


def first_line(error: BaseException) -> str:
    """The first line of another library's error, or its type where it has no text."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like `name`, ignoring case; None if none is similar."""
    folded = {one.casefold(): one for one in known}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=ALIKE)
    return folded[close[0]] if close else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`did you mean X? ` for the middle of an error message; empty if no known name is similar."""
    near = nearest(name, known)
    return f"did you mean {near}? " if near else ""


def extra_with(package: str) -> str | None:
    """The extra of this distribution that installs another package; None if none does."""
    for line in requires("annotator") or ():
        requirement = Requirement(line)
        if requirement.name == package and requirement.marker:
            found = re.search(r"extra == ['\"]([\w-]+)", str(requirement.marker))
            if found:
                return found[1]
    return None
