"""Where a system fails, as titled tables: F1 by buckets, names that are missed or spurious, and doubtful gold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from annotator.document import OUTSIDE
from annotator.evaluate.buckets import SUPPORT_SHOWN, Bucket, Feature
from annotator.evaluate.consistency import Consistency, Inconsistency
from annotator.evaluate.evaluation import Evaluation
from annotator.evaluate.matching import Kind
from annotator.evaluate.sections import Section
from annotator.evaluate.surfaces import Surface, Surfaces
from annotator.pages.template import printable

LOWEST = 6  # buckets in a short report
NAMES = 5  # names of each kind in a short report
DIFFERENCES = 8  # buckets of two systems in a short report
FORGOTTEN = "there are very many, and the rarest were forgotten"


def weaknesses(evaluation: Evaluation, details: bool) -> Iterator[Section]:
    """The tables in their order, without those that have nothing to show.

    `details` asks for all buckets and longer lists, else there are the lowest buckets and the most frequent names.
    """
    if details:
        for feature, group in groupby(evaluation.buckets, key=lambda bucket: bucket.feature):
            yield buckets_section(feature, list(group))
    elif lowest := _lowest(evaluation):
        yield lowest
    if found := evaluation.bucket_differences:
        shown = found if details else found[:DIFFERENCES]
        rows = [
            (f"{one.feature}: {one.name}", f"{one.f1:.4f}", f"{one.other_f1:.4f}", f"{one.difference:+.4f}",
             f"{one.support:,}")
            for one in shown
        ]  # fmt: skip
        columns = ("bucket", "F1", "F1 of the other", "difference", "support")
        yield Section("Where the two systems differ most", columns, tuple(rows))
    yield from surface_sections(evaluation.surfaces, None if details else NAMES)
    if evaluation.consistency.found:
        yield consistency_section(evaluation.consistency, None if details else NAMES)


def buckets_section(feature: Feature, found: Sequence[Bucket]) -> Section:
    """All buckets of a feature."""
    rows = [
        (one.name, *(f"{figure:.4f}" for figure in (one.precision, one.recall, one.f1)), f"{one.support:,}",
         f"{one.predicted:,}")
        for one in found
    ]  # fmt: skip
    return Section(f"F1 by {_title(feature)}", ("", "precision", "recall", "F1", "support", "predicted"), tuple(rows))


def surface_sections(surfaces: Surfaces, most: int | None = None) -> Iterator[Section]:
    """The most frequent names of each kind of error; if `most` are asked for, those that occur more than once."""
    for title, found in (
        ("Names most often missed", surfaces.missed),
        ("Names most often spurious", surfaces.spurious),
        ("Names most often given another label", surfaces.confused),
    ):
        found = found if most is None else tuple(one for one in found[:most] if one.count > 1)  # noqa: PLW2901
        if found:
            rows = [(printable(f"{one.text} ({_labels(one)})"), f"{one.count:,}") for one in found]
            note = "" if surfaces.complete else FORGOTTEN
            yield Section(title, ("name", "times"), tuple(rows), note=note)


def consistency_section(consistency: Consistency, most: int | None = None) -> Section:
    """The names that the gold tags in several ways, the most suspicious first."""
    shown = consistency.inconsistencies[:most]
    rows = [(printable(suspicion(one)), f"{one.usual_count:,}", f"{one.other_count:,}") for one in shown]
    note = f"{len(shown):,} of {consistency.found:,} such names, those with the rarest exceptions first"
    if not consistency.complete:
        note += f"; {FORGOTTEN}"
    return Section("Names tagged in several ways in the gold", ("name", "usual", "other"), tuple(rows), note=note)


def suspicion(one: Inconsistency) -> str:
    """What is inconsistent about a name, and where."""
    other = "not tagged" if one.other == OUTSIDE else one.other
    return f"{one.text}: {one.usual}, but {other} in {'; '.join(one.places)}"


def _lowest(evaluation: Evaluation) -> Section | None:
    """The buckets with the lowest F1, among those with at least SUPPORT_SHOWN gold entities."""
    f1 = evaluation.scores.micro.f1
    low = sorted((b for b in evaluation.buckets if b.support >= SUPPORT_SHOWN and b.f1 < f1), key=lambda b: b.f1)
    rows = [
        (f"{b.feature}: {b.name}", f"{b.f1:.4f}", f"{b.f1 - f1:+.4f}", f"{b.support:,}", f"{b.predicted:,}")
        for b in low[:LOWEST]
    ]
    columns = ("bucket", "F1", "to micro", "support", "predicted")
    return Section("Where F1 is lowest", columns, tuple(rows)) if rows else None


def _labels(one: Surface) -> str:
    return f"{one.gold} → {one.predicted}" if one.kind is Kind.LABEL else one.gold or one.predicted


def _title(feature: Feature) -> str:
    return f"how often the name is {feature}" if feature is Feature.TRAINING else feature
