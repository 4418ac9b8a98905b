"""Groups of commands that are imported when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from click_default_group import DefaultGroup

from annotator.errors import nearest


class _Commands(Mapping[str, click.Command]):
    """Commands by name, from where they are: `module:attribute`."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places

    def __getitem__(self, name: str) -> click.Command:
        module, _, attribute = self._places[name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class LazyGroup(DefaultGroup):  # type: ignore[misc]  # the library has no types
    """A group whose first command, the default, takes the arguments that name none.

    `places` says where the commands are, in the order in which help lists them: {name: "module:attribute"}.
    """

    def __init__(self, *args: Any, places: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, default=next(iter(places)), default_if_no_args=True, **kwargs)
        self.commands = _Commands(places)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  Click gives it
        """The names in their order."""
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The arguments, those of the default command if there are none."""
        if ctx.resilient_parsing:  # a shell that completes asks for the names of commands
            return click.Group.parse_args(self, ctx, args)
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """The command to run. Raises NoSuchCommand for what looks like a name mistyped, and is no file."""
        name = args[0]
        if name.isalpha() and name not in self.commands and nearest(name, self.commands) and not Path(name).exists():
            raise click.exceptions.NoSuchCommand(name, possibilities=list(self.commands), ctx=ctx)
        return super().resolve_command(ctx, args)
