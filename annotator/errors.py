"""The one base error: what the user can mend, told in one line."""

from __future__ import annotations


class AnnotatorError(Exception):
    """A failure the user can act on. Its text is one line: what, where (file:line), and the remedy."""

    exit_code = 1

    def __str__(self) -> str:
        """The text, with what would end the line or cannot be shown written as an escape."""
        return "".join(c if c.isprintable() else repr(c)[1:-1] for c in super().__str__())


class UsageError(AnnotatorError):
    """The command or call itself is wrong: an unknown format, model, device or option value."""

    exit_code = 2


class OutputClosed(Exception):
    """Whoever read our output has enough: no failure, but there is nobody to write for."""


class RecordError(AnnotatorError):
    """One record of the input cannot be read; `origin` (file:line) says where it stands, `raw` what it holds.

    Readers yield it in the record's place where they can read on after it, and raise it where they cannot.
    """

    def __init__(self, origin: object, reason: str, raw: str | None = None) -> None:
        super().__init__(f"{origin}: {reason}")
        self.origin = origin
        self.reason = reason
        self.raw = raw


class Terminated(KeyboardInterrupt):
    """The process was asked to end by SIGTERM."""
