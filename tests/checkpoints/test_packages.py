"""Models that other distributions bring."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from annotator import Annotator
from annotator.checkpoints.catalog import known_models, summary
from annotator.checkpoints.folder import DEFAULT_MODEL, find_checkpoint
from annotator.checkpoints.packages import GROUP, PackagedModel, packaged_models
from annotator.errors import AnnotatorError, UsageError
from support.cli_runs import annotate, annotate_apart
from support.paths import ROOT

PAGE = ROOT / "docs" / "training.md"


def declare(site: Path, distribution: str, **models: str) -> None:
    """Declare models as an installed distribution does."""
    about = site / f"{distribution.replace('-', '_')}-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    lines = [f"{name} = {package}" for name, package in models.items()]
    (about / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines]) + "\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages, without any."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


@pytest.fixture
def harbour(site: Path, tiny: Path) -> Path:
    """The folder of the model `harbour`, which a distribution brings. Importing its package fails."""
    folder = Path(shutil.copytree(tiny, site / "annotate_ner_harbour"))
    (folder / "__init__.py").write_text("raise SystemExit('imported')\n")
    (folder / "README.md").write_text("---\nlanguage: [de, nl]\nlicense: mit\n---\n# harbour\n")
    declare(site, "annotate-ner-harbour", harbour="annotate_ner_harbour")
    return folder


def test_a_model_is_found_by_its_name_without_running_anything(harbour: Path, tiny: Path) -> None:
    assert packaged_models() == {"harbour": PackagedModel("harbour", "annotate_ner_harbour", "annotate-ner-harbour")}
    assert find_checkpoint("harbour") == harbour
    document = Annotator.load("harbour", device="cpu")("Angela Merkel besuchte Paris.")
    assert document == Annotator.load(tiny, device="cpu")("Angela Merkel besuchte Paris.")


def test_it_is_listed_with_what_its_card_says(harbour: Path) -> None:
    (model,) = (model for model in known_models() if model.name == "harbour")
    assert (model.source, model.folder, model.licence) == ("annotate-ner-harbour", str(harbour), "mit")
    assert summary(model).startswith("harbour: on this machine\n  source     annotate-ner-harbour\n")
    listed = {model["name"]: model for model in json.loads(annotate("models", "--json").out)}
    assert listed["harbour"]["languages"] == ["de", "nl"] and listed["harbour"]["at_hand"]


def test_it_is_suggested_for_a_mistyped_name(harbour: Path) -> None:
    with pytest.raises(UsageError, match=r"unknown model 'habour': did you mean harbour\? .*harbour"):
        find_checkpoint("habour")


def test_a_name_goes_before_a_folder_of_that_name_but_a_path_does_not(
    harbour: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(harbour, tmp_path / "harbour")
    monkeypatch.chdir(tmp_path)
    assert find_checkpoint("harbour") == harbour
    assert find_checkpoint("./harbour").samefile(tmp_path / "harbour")


def test_our_own_names_cannot_be_taken(site: Path, harbour: Path) -> None:
    declare(site, "annotate-ner-other", **{DEFAULT_MODEL: "annotate_ner_harbour"})
    assert find_checkpoint(DEFAULT_MODEL) != harbour
    assert [model.source for model in known_models() if model.name == DEFAULT_MODEL] == ["package"]


def test_two_distributions_with_one_name_are_an_error(site: Path, harbour: Path) -> None:
    declare(site, "annotate-ner-other", harbour="other")
    with pytest.raises(AnnotatorError, match=r"annotate-ner-.* and annotate-ner-.* both bring a model harbour: uninst"):
        find_checkpoint("harbour")


@pytest.mark.parametrize("package", ["no_such_package", "json.decoder", "no_such.package", "json"])
def test_a_package_without_a_checkpoint_is_an_error(package: str, site: Path) -> None:
    declare(site, "annotate-ner-broken", broken=package)
    with pytest.raises(AnnotatorError, match=r"model broken of the distribution annotate-ner-broken|no config\.json"):
        find_checkpoint("broken")


@pytest.mark.slow
def test_the_distribution_of_the_documentation_works(tiny: Path, tmp_path: Path) -> None:
    (project,) = re.findall(r"^```toml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    source = tmp_path / "source"
    shutil.copytree(tiny, source / "annotate_ner_harbour")
    (source / "pyproject.toml").write_text(project)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--target", tmp_path / "site", source], check=True, capture_output=True)
    text = b"Angela Merkel besuchte Paris.\n"
    run = annotate_apart("--model", "harbour", "-q", stdin=text, PYTHONPATH=str(tmp_path / "site"))
    assert run == annotate("--model", tiny, "-q", stdin=text) and run.code == 0
