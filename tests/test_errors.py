"""Errors as one line with a remedy in the words of the front end, advice on the way up, and suggestions."""

from __future__ import annotations

import errno
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.document import Origin
from annotator.errors import (
    Advice,
    AnnotatorError,
    RecordError,
    Terminated,
    UsageError,
    advice_of,
    advise,
    did_you_mean,
    extra_with,
    first_line,
    lack_of_memory,
    nearest,
    worded,
)


def option(parameter: str) -> str:
    return "--" + parameter.replace("_", "-")


def test_the_text_is_the_message_and_the_remedy() -> None:
    error = AnnotatorError("out: exists already", "use {force} to replace it, or name another {output}")
    assert str(error) == "out: exists already: use force to replace it, or name another output"
    assert error.worded(option) == "out: exists already: use --force to replace it, or name another --output"
    assert str(AnnotatorError("out: exists already")) == "out: exists already"


def test_parameters_are_worded_in_the_remedy_only() -> None:
    error = AnnotatorError("{text} is not JSON", "see {text_field}, {} and {a b}")
    assert error.worded(option) == "{text} is not JSON: see --text-field, {} and {a b}"
    assert worded("{min_score} or {labels}", str.upper) == "MIN_SCORE or LABELS"


@given(st.text(), st.text())
def test_the_text_is_always_one_printable_line(message: str, remedy: str) -> None:
    text = str(AnnotatorError(message, remedy))
    assert text.isprintable() and len(text.splitlines()) <= 1
    text.encode()


def test_line_ends_and_controls_are_written_as_escapes() -> None:
    assert str(AnnotatorError("a\nb\x1b\ud800", "c\rd")) == r"a\nb\x1b\ud800: c\rd"


@pytest.mark.parametrize(("kind", "code"), [(AnnotatorError, 1), (UsageError, 2)])
def test_errors_have_exit_codes_and_can_be_pickled(kind: type[AnnotatorError], code: int) -> None:
    error = pickle.loads(pickle.dumps(kind("what", "do {this}")))
    assert type(error) is kind and isinstance(error, AnnotatorError) and error.exit_code == code
    assert (error.message, error.remedy, str(error)) == ("what", "do {this}", "what: do this")


def test_a_record_error_says_where_and_why() -> None:
    error = RecordError(Origin("in.txt", 3), "not UTF-8", "a\\xff", "convert the file")
    for one in (error, pickle.loads(pickle.dumps(error))):
        assert str(one) == "in.txt:3: not UTF-8: convert the file"
        assert (one.origin, one.reason, one.raw, one.remedy) == (
            Origin("in.txt", 3), "not UTF-8", "a\\xff", "convert the file",
        )  # fmt: skip
    assert RecordError("in.txt", "is gone").raw is None


def test_advice_is_added_on_the_way_up_and_shown_as_notes() -> None:
    error = RecordError("in.txt:3", "bad")
    assert advice_of(error) == []
    skip = Advice("skip such records with {on_error} skip")
    resume = Advice("continue with {resume}", "what was written so far is in {x}.partial")  # a file of that name
    for advice in (skip, resume):
        advise(error, advice)
    assert advice_of(error) == [skip, resume]
    assert error.__notes__ == [
        "skip such records with on_error skip", "what was written so far is in {x}.partial: continue with resume",
    ]  # fmt: skip
    assert advice_of(KeyboardInterrupt()) == []


def test_termination_is_an_interruption() -> None:
    assert isinstance(Terminated("terminated"), KeyboardInterrupt)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ValueError("first\nsecond"), "first"),
        (ValueError("\n\n  first \nsecond"), "first "),
        (ValueError(), "ValueError"),
        (OSError("\n"), "OSError"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
    ],
)
def test_other_errors_are_quoted_by_their_first_line(error: BaseException, expected: str) -> None:
    assert first_line(error) == expected


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [("jsnol", ["jsonl", "conll"], "jsonl"), ("per", ["PER", "LOC"], "PER"), ("GPE", ["PER"], None), ("", [], None)],
)
def test_a_similar_name_is_suggested(name: str, known: list[str], expected: str | None) -> None:
    assert nearest(name, known) == expected
    assert did_you_mean(name, known) == (f"did you mean {expected}? " if expected else "")


def test_the_extra_that_installs_a_package_is_found() -> None:
    assert (extra_with("matplotlib"), extra_with("click"), extra_with("no_such")) == ("plot", None, None)


def caused(error: Exception, by: Exception) -> Exception:
    error.__cause__ = by
    return error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "MemoryError"),
        (MemoryError("Unable to allocate 9 GiB for an array"), "Unable to allocate 9 GiB for an array"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "[Errno 12] Cannot allocate memory"),
        (RuntimeError("[ONNXRuntimeError] : 6 : std::bad_alloc"), "[ONNXRuntimeError] : 6 : std::bad_alloc"),
        (ImportError("READ THIS\n x.so: failed to map segment\n"), "x.so: failed to map segment"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "DefaultCPUAllocator: can't allocate memory"),
        (RuntimeError("can't start new thread"), "can't start new thread"),
        (caused(AnnotatorError("m: cannot be loaded"), RuntimeError("std::bad_alloc")), "std::bad_alloc"),
        (AnnotatorError("in:1: not JSON: 'std::bad_alloc'"), None),
        (caused(AnnotatorError("m: cannot be loaded"), RuntimeError("it is damaged")), None),
        (OSError(errno.ENOSPC, "No space left on device"), None),
        (ValueError("x"), None),
    ],
)
def test_a_lack_of_memory_is_found_in_the_errors_of_all_libraries(error: Exception, said: str | None) -> None:
    assert lack_of_memory(error) == said
