"""`annotate models`: which models there are."""

from __future__ import annotations

import click

from annotator.cli.lazy import LazyGroup

COMMANDS = {"list": "annotator.cli.models:list_models", "export": "annotator.cli.export:export"}


@click.group("models", cls=LazyGroup, places=COMMANDS, epilog="Example: annotate models --json")
def models() -> None:
    """List the models with a name of their own, or export one. Without a command: list."""


@click.command("list", epilog="Example: annotate models list --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with all F1 scores that the cards tell.")
def list_models(as_json: bool) -> None:
    """List the known models: languages, labels, size, licence, F1, and whether they are on this machine.

    What is listed is read from the models' own files. Beside these, any checkpoint folder and any `owner/name` on the
    Hub is a model.
    """
    import json
    from dataclasses import asdict

    from annotator.checkpoints.catalog import known_models, summary

    found = list(known_models())
    if as_json:
        click.echo(json.dumps([asdict(model) | {"at_hand": model.at_hand} for model in found], indent=2))
    else:
        click.echo("\n\n".join(map(summary, found)))
