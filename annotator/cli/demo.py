"""`annotate demo`: try the models on a page in the browser."""

from __future__ import annotations

import os
from tempfile import TemporaryDirectory

import click

from annotator.cli.options import Size, device_option, lang_option
from annotator.cli.terminal import say

EXAMPLES = """\b
Examples:
  annotate demo
  annotate demo --model my-model --model panx-mini --port 8000 --no-browser
"""


@click.command("demo", epilog=EXAMPLES)
@click.option(
    "--model", "models", multiple=True, default=("panx-mini",), show_default="panx-mini", metavar="NAME|FOLDER",
    help="Model to offer, first the one to begin with; may be given more than once. Known models are offered as well.",
)  # fmt: skip
@device_option
@lang_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve at; 0.0.0.0 lets others in.")
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=7860, show_default=True, metavar="N",
    help="Port to serve at; 0 stands for any that is free.",
)  # fmt: skip
@click.option("--browser/--no-browser", default=True, help="Whether to open the page in the browser.")
@click.option(
    "--max-characters", type=click.IntRange(min=1), default=1_000_000, show_default=True, metavar="N",
    help="Characters that a text may have; longer ones can be uploaded as files.",
)  # fmt: skip
@click.option("--max-upload", type=Size(), default="100MB", show_default=True, help="Size that a file may have.")
def demo(
    models: tuple[str, ...],
    device: str,
    lang: str,
    host: str,
    port: int,
    browser: bool,
    max_characters: int,
    max_upload: int,
) -> None:
    """Open a page in the browser to try the models on your texts and files. It loads nothing from elsewhere.

    Needs the extra `demo`. The page is for this machine only, unless --host lets others in.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from annotator.demo.models import Models
    from annotator.demo.page import Terms, make_page
    from annotator.demo.server import Address, is_loopback, serve
    from annotator.pipeline import Recipe

    with TemporaryDirectory(prefix="annotate-demo-") as uploads:
        os.environ["GRADIO_TEMP_DIR"] = uploads  # so that no text stays on the disk
        page = make_page(Models(models, Recipe(device=device, lang=lang)), Terms(max_characters, is_loopback(host)))
        try:
            serve(page, Address(host, port), max_upload, say, browser)
        except KeyboardInterrupt:
            say("the page is closed")
