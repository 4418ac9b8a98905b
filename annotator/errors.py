"""The one base error: what the user can mend, told in one line."""

from __future__ import annotations


class AnnotatorError(Exception):
    """A failure the user can act on. Its text is one line: what, where (file:line), and the remedy."""

    exit_code = 1


class UsageError(AnnotatorError):
    """The command or call itself is wrong: an unknown format, model, device or option value."""

    exit_code = 2


class RecordError(AnnotatorError):
    """One record of the input cannot be read; `origin` (file:line) says where it stands."""

    def __init__(self, origin: object, what: str) -> None:
        super().__init__(f"{origin}: {what}")
