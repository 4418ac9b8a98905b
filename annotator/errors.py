"""Errors that the user can act on, and suggestions for a name or a package that does not exist.

AnnotatorError          a failure: what happened, where (file:line) and the remedy, in one line
├── UsageError          the command or call itself is wrong
└── RecordError         a record of the input cannot be read
OutputClosed            the reader of the output has stopped reading; not a failure
Terminated              SIGTERM asked the process to end
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Final, NamedTuple

# The name under which pip installs the package. `annotator` on the package index is another project.
DISTRIBUTION: Final = "annotate-ner"
# How similar two names must be, from 0 to 1, for one to be suggested for the other: not PER for GPE.
ALIKE = 0.7
# How other libraries say that they got no memory: C++, Linux, torch, the loader of shared libraries, NumPy and Python.
_NO_MEMORY = re.compile(
    r"bad_?alloc|can(?:'t|not) allocate memory|failed to map segment|unable to allocate|can't start new thread",
    re.IGNORECASE,
)
_PARAMETER = re.compile(r"\{(\w+)\}")


class AnnotatorError(Exception):
    """A failure that the user can act on. Its text is one line: what happened, where (file:line), and the remedy.

    `remedy` says what to do. It names parameters in braces (`use {force} to replace it`), which each front end words
    in its own way through `worded`: the command line as `--force`, Python as `force`.
    """

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def worded(self, parameter: Callable[[str], str]) -> str:
        """The text in one line; `parameter` returns the wording of a parameter's name, such as `min_score`.

        Line ends and unprintable characters are written as escapes.
        """
        remedy = worded(self.remedy, parameter)
        text = f"{self.message}: {remedy}" if remedy else self.message
        return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)

    def __str__(self) -> str:
        """The text in one line, with parameters by their names in Python."""
        return self.worded(lambda name: name)


def worded(text: str, parameter: Callable[[str], str]) -> str:
    """The text, with each parameter that stands in braces worded by `parameter`."""
    return _PARAMETER.sub(lambda found: parameter(found[1]), text)


class Advice(NamedTuple):
    """What can be done about an error: a `remedy`, whose parameters stand in braces, and maybe a `fact` before it."""

    remedy: str
    fact: str = ""

    def worded(self, parameter: Callable[[str], str]) -> str:
        """The advice, with the parameters of its remedy worded by `parameter`."""
        return ": ".join(filter(None, (self.fact, worded(self.remedy, parameter))))


def advise(error: BaseException, advice: Advice) -> None:
    """Add advice to an error on its way up.

    Python shows it below a traceback; other front ends word what `advice_of` returns.
    """
    error.add_note(advice.worded(lambda name: name))
    error.__dict__.setdefault("advice", []).append(advice)


def withdraw_advice(error: BaseException, about: str) -> None:
    """Take back the advice of an error whose fact is about something that does not exist any more."""
    error.__dict__["advice"] = [advice for advice in advice_of(error) if about not in advice.fact]
    error.__notes__ = [note for note in getattr(error, "__notes__", ()) if about not in note]


def advice_of(error: BaseException) -> list[Advice]:
    """The advice that `advise` added to an error."""
    advice: list[Advice] = error.__dict__.get("advice", [])
    return advice


class UsageError(AnnotatorError):
    """The command or call itself is wrong: an unknown format, model, device or option value."""

    exit_code = 2


class OutputClosed(Exception):
    """The reader of our output has stopped reading. This is not a failure, but writing more would be useless."""


class RecordError(AnnotatorError):
    """A record of the input cannot be read.

    `origin` (file:line) says where the record stands, `reason` why it cannot be read, and `raw` what it holds. A
    reader yields the error instead of the record if it can read on after it, and raises it otherwise.
    """

    def __init__(self, origin: object, reason: str, raw: str | None = None, remedy: str = "") -> None:
        super().__init__(f"{origin}: {reason}", remedy)
        self.args = (origin, reason, raw, remedy)  # the arguments of the class when it is unpickled
        self.origin = origin
        self.reason = reason
        self.raw = raw


class Terminated(KeyboardInterrupt):
    """SIGTERM asked the process to end."""


def first_line(error: BaseException) -> str:
    """The first line of another library's error message, or the error's type if it has no message."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def lack_of_memory(error: BaseException) -> str | None:
    """What says that memory was lacking, in one line, if that is where the error comes from; None if it is not."""
    at: BaseException | None = error
    while at is not None:
        if not isinstance(at, AnnotatorError):  # whose text may quote a record
            if line := next(filter(_NO_MEMORY.search, str(at).splitlines()), None):
                return line.strip()
            if isinstance(at, MemoryError) or (isinstance(at, OSError) and at.errno == errno.ENOMEM):
                return first_line(at)
        at = at.__cause__ or at.__context__
    return None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most similar to `name`, ignoring case; None if no name is similar."""
    folded = {one.casefold(): one for one in known}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=ALIKE)
    return folded[close[0]] if close else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`did you mean X? `, for use within an error message; empty if no known name is similar."""
    near = nearest(name, known)
    return f"did you mean {near}? " if near else ""


def install_extra(extra: str) -> str:
    """The command that installs an extra of this distribution."""
    return f"pip install '{DISTRIBUTION}[{extra}]'"


def extra_with(package: str) -> str | None:
    """The extra of this distribution that installs the package; None if none does, or if nothing is installed."""
    from importlib.metadata import PackageNotFoundError, requires

    from packaging.requirements import Requirement

    try:
        lines = requires(DISTRIBUTION) or ()
    except PackageNotFoundError:  # run from a folder of sources
        return None
    for line in lines:
        requirement = Requirement(line)
        if requirement.name == package and requirement.marker:
            found = re.search(r"extra == ['\"]([\w-]+)", str(requirement.marker))
            if found:
                return found[1]
    return None
