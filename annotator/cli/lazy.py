"""Groups whose commands are imported only when they are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from click_default_group import DefaultGroup

from annotator.cli.terminal import print_text
from annotator.errors import nearest


class _Commands(Mapping[str, click.Command]):
    """Commands by name, imported from `module:attribute` on access."""

    def __init__(self, locations: Mapping[str, str]) -> None:
        self._locations = locations

    def __getitem__(self, name: str) -> click.Command:
        module, _, attribute = self._locations[name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def __contains__(self, name: object) -> bool:
        return name in self._locations

    def __iter__(self) -> Iterator[str]:
        return iter(self._locations)

    def __len__(self) -> int:
        return len(self._locations)


class LazyGroup(DefaultGroup):  # type: ignore[misc]  # the library has no types
    """A group whose first command is the default: it gets the arguments that name no command.

    `lazy_commands` maps names to `module:attribute`, in the order in which help lists them. If the context's `obj` is a
    list, the command that is run is appended to it.
    """

    def __init__(self, *args: Any, lazy_commands: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, default=next(iter(lazy_commands)), default_if_no_args=True, **kwargs)
        self.commands = _Commands(lazy_commands)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  Click passes it
        """The names in their order."""
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The arguments; without any, the default command is put first."""
        if ctx.resilient_parsing:  # a shell that completes asks for the names of commands
            return click.Group.parse_args(self, ctx, args)
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """The command to run. Raises NoSuchCommand for what looks like a mistyped name and is no file.

        `help`, which is no command, shows the help of the group or of the command after it.
        """
        name = args[0]
        if name == "help" and not Path(name).exists():
            self._show_help(ctx, args[1:])
        if name.isalpha() and name not in self.commands and nearest(name, self.commands) and not Path(name).exists():
            raise click.exceptions.NoSuchCommand(name, possibilities=list(self.commands), ctx=ctx)
        resolved = super().resolve_command(ctx, args)
        if isinstance(ctx.obj, list):
            ctx.obj.append(resolved[1])
        return resolved

    def _show_help(self, ctx: click.Context, names: list[str]) -> None:
        shown: click.Command = self
        if names and names[0] in self.commands:
            shown = self.commands[names[0]]
            ctx = click.Context(shown, info_name=names[0], parent=ctx)
        print_text(shown.get_help(ctx))
        ctx.exit()
