"""Groups whose commands are imported when they are used."""

from __future__ import annotations

import sys

import click
import pytest

from annotator.cli.lazy import LazyGroup

LAZY_COMMANDS = {"tags": "annotator.cli.doctor:doctor", "numbers": "no_such_module:numbers"}


@pytest.fixture
def group() -> LazyGroup:
    return LazyGroup("main", lazy_commands=LAZY_COMMANDS)


def test_only_the_command_that_is_used_is_imported(group: LazyGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "annotator.cli.doctor", raising=False)
    assert group.list_commands(click.Context(group)) == ["tags", "numbers"]
    assert "annotator.cli.doctor" not in sys.modules and "numbers" in group.commands and len(group.commands) == 2
    assert group.commands["tags"].name == "doctor"
    assert "annotator.cli.doctor" in sys.modules


@pytest.mark.parametrize(
    ("args", "rest"), [(["tags", "--json"], ["--json"]), (["a.txt", "--json"], ["a.txt", "--json"])]
)
def test_arguments_without_a_command_go_to_the_first_one(args: list[str], rest: list[str], group: LazyGroup) -> None:
    resolved: list[click.Command] = []
    name, command, found = group.resolve_command(click.Context(group, obj=resolved), args)
    assert (name in ("tags", "doctor"), found) == (True, rest)
    assert resolved == [command]


def test_a_name_that_is_nearly_one_is_refused(group: LazyGroup) -> None:
    with pytest.raises(click.exceptions.NoSuchCommand):
        group.resolve_command(click.Context(group), ["tag"])
