"""Puts the Hugging Face Space together in a folder: the files beside this one, and the package with its model.

python space/put_together.py FOLDER           # what is to be uploaded
python space/put_together.py FOLDER --start   # and start it as a Space would: in an environment of its own, with only
                                              # FOLDER/requirements.txt installed
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import venv
from pathlib import Path

SPACE = Path(__file__).parent
ROOT = SPACE.parent
FILES = ("README.md", "app.py", "requirements.txt")
# Where the packages of the Space lie in a checkout; models/ installs inside the package (see setup.py).
PACKAGES = {"annotator": ROOT / "annotator", "annotator/models": ROOT / "models"}


def put_together(folder: Path) -> None:
    """Write the Space into a folder, which is made; what it has of an earlier one is replaced.

    A Space installs its requirements before it has the other files, so that the package cannot be one of them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder / "annotator", ignore_errors=True)
    for name in FILES:
        shutil.copy(SPACE / name, folder / name)
    for name, package in PACKAGES.items():
        shutil.copytree(package, folder / name, ignore=shutil.ignore_patterns("__pycache__"))


def start(folder: Path) -> None:
    """Start the Space in an environment of its own, and wait until it ends."""
    environment = folder.parent / f"{folder.name}-environment"
    venv.create(environment, with_pip=True, clear=True)
    python = environment / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", folder / "requirements.txt"], check=True)
    subprocess.run([python, "app.py"], cwd=folder, check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Put the Hugging Face Space together.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--start", action="store_true", help="start it as a Space would")
    arguments = parser.parse_args()
    put_together(arguments.folder)
    if arguments.start:
        start(arguments.folder.absolute())
