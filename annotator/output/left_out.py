"""The files of an output that stand where the input is found: they are not read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from annotator.errors import AnnotatorError, UsageError
from annotator.input.records import Input
from annotator.input.sources import Source
from annotator.output.collisions import Place, names_until_whole, place_of
from annotator.output.rejects import rejects_beside


def without_output(given: Input, output: Path, rejects: Path | None, folder: bool) -> tuple[Input, list[Source]]:
    """The input without sources that are files of the output, and those sources.

    A file that the user names is never left out. `folder` says that the output is one. Raises UsageError for a folder
    that is both read and written, and AnnotatorError if nothing is left to be read.
    """
    if folder and (place := place_of(output)):
        if any(Path(name).is_dir() and place_of(Path(name)) == place for name in given.names):
            raise UsageError(f"{output}: is read, so it cannot be written", "name another {output}")
        own = _below(given, place)
    else:
        own = set()
    files = [file for file in (rejects, *(() if folder else (output, rejects_beside(output)))) if file]
    places = {place_of(path) for file in files for path in names_until_whole(file)} - {None}
    named = {str(Path(name)) for name in given.names}
    left_out = [
        source
        for source in given.sources
        if not (source.is_stdin or source.remote or source.name in named)
        and (source.name in own or (places and place_of(Path(source.name)) in places))
    ]
    if left_out and len(left_out) == len(given.sources):
        raise AnnotatorError(f"{', '.join(given.names)}: all files there belong to the output {output}")
    left = {source.name for source in left_out}
    return replace(given, sources=[source for source in given.sources if source.name not in left]), left_out


def _below(given: Input, output: Place) -> set[str]:
    """The names of the sources that were found in the output folder, as part of a folder that holds it."""
    places: dict[Path, Place | None] = {}
    found = set()
    for source in given.sources:
        if source.is_stdin or source.remote:
            continue
        # The folders between the one in which the source was found and the source itself.
        for folder in list(Path(source.name).parents)[: len(source.relative.parts) - 1]:
            if folder not in places:
                places[folder] = place_of(folder)
            if places[folder] == output:
                found.add(source.name)
    return found
