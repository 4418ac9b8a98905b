"""Where the packages are, and the README as package indexes show it.

`train/` and `models/` install inside the package (see docs/design.md). A package index shows no pictures from a source
tree, nor any with a `data:` address, and its links to files lead nowhere: pictures are left out, links name the file.
"""

import re
from pathlib import Path

from setuptools import find_packages, setup

PICTURE = re.compile(r"^!\[[^\]]*\]\((?!https?:)[^)]*\)\n\n?", re.MULTILINE)
LINK_TO_A_FILE = re.compile(r"\[([^\]]+)\]\((?!https?:|#)([^)#]*)(?:#[^)]*)?\)")
readme = Path(__file__).with_name("README.md").read_text(encoding="utf-8")


def named(link: re.Match[str]) -> str:
    """A link as its text, and the file in parentheses if the text is not its name."""
    return link[1] if link[1] == link[2] else f"{link[1]} ({link[2]})"


setup(
    long_description=LINK_TO_A_FILE.sub(named, PICTURE.sub("", readme)),
    long_description_content_type="text/markdown",
    packages=[*find_packages(include=["annotator", "annotator.*"]), "annotator.train", "annotator.models"],
    package_dir={"annotator": "annotator", "annotator.train": "train", "annotator.models": "models"},
    package_data={
        "annotator": ["py.typed"],
        "annotator.demo": ["page.css"],
        "annotator.pages": ["*.html", "*.css", "*.js"],
        "annotator.models": ["panx-mini/*"],
    },
)
