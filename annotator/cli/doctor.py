"""`annotate doctor`: print what a bug report needs."""

from __future__ import annotations

import click

from annotator.cli.options import json_option
from annotator.cli.terminal import print_text


@click.command("doctor", epilog="Example: annotate doctor --json > doctor.json")
@json_option
def doctor(as_json: bool) -> None:
    """Print what a bug report needs: versions, devices, models with their checksums, terminal.

    Nothing is sent anywhere. Read it before you paste it somewhere: it names folders of this machine.
    """
    import json
    from dataclasses import asdict

    from annotator.doctor import diagnose

    found = asdict(diagnose())
    if as_json:
        print_text(json.dumps(found, indent=2))
        return
    models = found.pop("models")
    for title, section in found.items():
        print_text(f"{title}\n" + "".join(f"  {name:<24}{what}\n" for name, what in section.items()))
    print_text("models")
    for model in models:
        print_text(f"  {model['name']:<24}{model['folder'] or 'not on this machine'}")
        for name, digest in model["sha256"].items():
            print_text(f"    {name:<22} sha256 {digest}")
