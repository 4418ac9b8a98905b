"""The distribution: its name and licences, what a wheel and a source distribution hold, and that they work."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from email import message_from_string
from importlib.metadata import metadata, requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from annotator import __version__
from annotator.errors import DISTRIBUTION, extra_with, install_extra
from support.cli_runs import ENVIRONMENT, annotate
from support.paths import ROOT, SAMPLES

LICENCES = ("LICENSE", "models/panx-mini/LICENSE")
# The plain text of CC BY-SA 4.0 as Creative Commons publishes it.
CC_BY_SA = "23ee78c8bae49cf08ea2f0c84945c66b987ebe4520881fb51b3dad4fb43d07c2"
MOST_BYTES = 100 * 10**6  # the package index takes no larger file
# Where `annotator` would be taken for the name of the distribution.
OTHER_PROJECT = re.compile(
    r"pip install\b[^\n]*(?<![\w./-])annotator(?![\w./-])"
    r"|(?<![\w-])annotator\[[a-z]"
    r"|(?:version|requires|metadata|distribution)\(.annotator.\)"
)


def texts() -> Iterator[Path]:
    """Every text that may name the distribution."""
    for path in ROOT.iterdir():
        if path.suffix in (".md", ".cff", ".toml") or path.name == "Makefile":
            yield path
    for folder in ("annotator", "benchmarks", "docs", "models", "tests", "train"):
        yield from (p for p in (ROOT / folder).rglob("*") if p.suffix in (".py", ".md") and p != Path(__file__))


@pytest.mark.parametrize(
    "text",
    [
        "pip install annotator", "pip install -U 'annotator'", "`annotator[plot]`", 'version("annotator")',
        'pip install "annotator==1"',
    ],
)  # fmt: skip
def test_the_other_project_would_be_found(text: str) -> None:
    assert OTHER_PROJECT.search(text)


def test_no_text_names_the_other_project_as_ours() -> None:
    found = [f"{path}: {match[0]}" for path in texts() for match in OTHER_PROJECT.finditer(path.read_text("utf-8"))]
    assert len(list(texts())) > 200 and found == []


def test_the_install_commands_name_this_distribution() -> None:
    assert install_extra("plot") == "pip install 'annotate-ner[plot]'"
    assert (extra_with("matplotlib"), extra_with("pyvi")) == ("plot", "vi")


def test_extras_refer_only_to_extras_that_exist() -> None:
    extras = set(metadata(DISTRIBUTION).get_all("Provides-Extra") or ())
    own = [r for line in requires(DISTRIBUTION) or () if (r := Requirement(line)).name == DISTRIBUTION]
    assert own and set().union(*(requirement.extras for requirement in own)) <= extras


def test_the_version_is_one() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    released = re.search(r"^## (\d[\d.]*) - (.+)$", changelog, re.MULTILINE)
    assert released and (released[1], released[2]) == (
        re.findall(r"^version: (.+)$", citation, re.MULTILINE)[0],
        re.findall(r"^date-released: (.+)$", citation, re.MULTILINE)[0],
    )
    assert __version__ == version(DISTRIBUTION) == released[1]


def test_the_metadata_name_both_licences() -> None:
    about = metadata(DISTRIBUTION)
    assert about["Name"] == DISTRIBUTION and about["License-Expression"] == "MIT AND CC-BY-SA-4.0"
    assert about.get_all("License-File") == list(LICENCES)
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    assert hashlib.sha256((ROOT / LICENCES[1]).read_bytes()).hexdigest() == CC_BY_SA


def test_the_tests_are_run_with_the_versions_of_the_constraints() -> None:
    names = [line.partition("==")[0] for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()]
    known = {name.lower().replace("_", "-") for name in names}
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    wanted = {Requirement(line).name.lower().replace("_", "-") for extra in ("test", "lint") for line in extras[extra]}
    assert wanted - {DISTRIBUTION} <= known


def build(folder: Path) -> tuple[Path, Path]:
    """The source distribution and the wheel that is made of it, in `folder`."""
    ignored = shutil.ignore_patterns(
        ".*venv*", ".git", "build", "dist", "runs", "*.egg-info", ".*_cache", "__pycache__"
    )
    tree = shutil.copytree(ROOT, folder / "tree", ignore=ignored)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(tree)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.tar.gz")), next(folder.glob("*.whl"))


@pytest.mark.slow
def test_what_is_built_is_complete_and_works_from_anywhere(tmp_path: Path) -> None:
    source, wheel = build(tmp_path)
    assert wheel.name == f"annotate_ner-{__version__}-py3-none-any.whl" and wheel.stat().st_size < MOST_BYTES
    site, about = tmp_path / "site", f"annotate_ner-{__version__}.dist-info"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
        names = set(archive.namelist())
    assert {f"{about}/licenses/{name}" for name in LICENCES} <= names
    description = message_from_string((site / about / "METADATA").read_text(encoding="utf-8"))
    assert description["Description-Content-Type"] == "text/markdown"
    shown = str(description.get_payload())
    assert shown.startswith("# annotator\n\nMark people") and "## Licence" in shown and "docs/formats.md" in shown
    assert "![" not in shown and "<img" not in shown  # an index shows none of ours
    targets = re.findall(r"\]\(([^)]*)\)", shown)
    assert [target for target in targets if not target.startswith("https://")] == []
    embedded = {f"annotator/models/panx-mini/{path.name}" for path in (ROOT / "models" / "panx-mini").iterdir()}
    assert embedded | {"annotator/py.typed", "annotator/train/__init__.py"} <= names
    assert {name.split("/")[0] for name in names} == {"annotator", about}
    assert run_in(site, "-c", "import annotator; print(annotator.__file__)").startswith(bytes(site))
    assert run_in(site, "-m", "annotator", "-q", SAMPLES / "de.txt") == annotate("-q", SAMPLES / "de.txt").out

    with tarfile.open(source) as files:
        held = {name.partition("/")[2] for name in files.getnames()}
    needed = {"Makefile", "constraints.txt", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", ".ci/run", *LICENCES}
    for folder in ("tests", "samples", "docs", "benchmarks", "annotator", "train", "models"):
        paths = [path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix != ".pyc"]
        needed |= {str(path.relative_to(ROOT)) for path in paths}
    assert needed <= held


def run_in(site: Path, *arguments: object) -> bytes:
    """What Python prints with the packages of `site` before the others, from another folder."""
    command = [sys.executable, *map(str, arguments)]
    environment = ENVIRONMENT | {"PYTHONPATH": str(site)}
    done = subprocess.run(command, cwd=site.parent, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout
