"""`annotate models`: list the known models, export or import one, or write figures into a model card."""

from __future__ import annotations

import click

from annotator.cli.lazy import LazyGroup
from annotator.cli.options import json_option
from annotator.cli.terminal import print_text

COMMANDS = {
    "list": "annotator.cli.models:list_models",
    "export": "annotator.cli.export:export",
    "import": "annotator.cli.import_model:import_model",
    "card": "annotator.cli.card:card",
}


@click.group("models", cls=LazyGroup, lazy_commands=COMMANDS, epilog="Example: annotate models --json")
def models() -> None:
    """List the known models, export or import one, or write scores into its card. Without a command, it lists them."""


@click.command("list", epilog="Example: annotate models list --json")
@json_option
def list_models(as_json: bool) -> None:
    """List the known models: languages, labels, size, licence, F1, and whether they are on this machine.

    Everything is read from the models' own files; --json prints all F1 scores of their cards. Besides the known
    models, any checkpoint folder and any `owner/name` on the Hub can be used.
    """
    import json
    from dataclasses import asdict

    from annotator.checkpoints.catalog import known_models, summary

    found = list(known_models())
    if as_json:
        print_text(json.dumps([asdict(model) | {"at_hand": model.is_local} for model in found], indent=2))
    else:
        print_text("\n\n".join(map(summary, found)))
