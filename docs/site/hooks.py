"""What MkDocs does with this repository beyond mkdocs.yml.

The pages link to each other as they stand in the repository, so that the links work on GitHub. Here they are brought
together in a folder with the same structure, so that the same links work on the site, and MkDocs checks them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from shutil import rmtree
from typing import Any

import click
from mkdocs.structure.files import File, Files
from nbconvert import MarkdownExporter

from annotator.cli import group

ROOT = Path(__file__).parent.parent.parent
PAGES = (
    "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "docs", "samples",
    "models/panx-mini/README.md", "models/panx-mini/LICENSE",
)  # fmt: skip
COMMANDS = "docs/commands.md"
NOTEBOOK = "docs/tour.ipynb"
WIDTH = 80  # columns
FENCE = re.compile(r"^(```+\w+) .*$", re.MULTILINE)


def on_config(config: Any) -> Any:
    """Gather the pages in build/pages, which MkDocs takes for its folder of pages."""
    gathered = ROOT / "build" / "pages"
    rmtree(gathered, ignore_errors=True)
    for page in PAGES:
        (gathered / page).parent.mkdir(parents=True, exist_ok=True)
        (gathered / page).symlink_to(ROOT / page)
    config.docs_dir = str(gathered)
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the notebook as a page, with its pictures beside it."""
    text, resources = MarkdownExporter().from_filename(str(ROOT / NOTEBOOK))
    page = PurePosixPath(NOTEBOOK).with_suffix(".md")
    files.append(File.generated(config, str(page), content=text))
    for name, picture in resources["outputs"].items():
        files.append(File.generated(config, str(page.with_name(name)), content=picture))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """The page for the site.

    Fences of code say only the language: the Markdown of the site does not know what tests read there (`sh no-run`).
    """
    markdown = markdown.replace("(tour.ipynb)", "(tour.md)").replace(f"({NOTEBOOK})", f"({NOTEBOOK[:-5]}md)")
    if page.file.src_uri == "CHANGELOG.md":
        page.meta["search"] = {"boost": 0.2}  # it has words of all other pages
    if page.file.src_uri == COMMANDS:
        markdown = markdown.partition(" (On the site")[0] + "\n" + "\n".join(helps(group, "annotate"))
    return FENCE.sub(r"\1", markdown)


def helps(command: click.Command, name: str, within: click.Context | None = None) -> Iterator[str]:
    """The help of a command and of the commands below it, each with a heading."""
    context = click.Context(command, within, info_name=name, terminal_width=WIDTH)
    path = context.command_path
    yield f"\n{'##' if path.count(' ') < 2 else '###'} {path}\n\n```\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            if (one := command.get_command(context, below)) and not one.hidden:
                yield from helps(one, below, context)
