"""What a bug report says, without the command line."""

from __future__ import annotations

from importlib.metadata import version

from annotator import __version__
from annotator.checkpoints.folder import DEFAULT_MODEL
from annotator.doctor import ABSENT, PACKAGES, diagnose, installed, version_line


def test_packages_that_are_not_installed_are_named_as_such() -> None:
    assert installed(["numpy", "no-such-package"]) == {"numpy": version("numpy"), "no-such-package": ABSENT}


def test_the_version_line_has_the_default_model_and_the_engines() -> None:
    line = version_line()
    assert line.startswith(f"annotate {__version__} (model {DEFAULT_MODEL}, torch {version('torch')}, ")
    assert f"onnxruntime {version('onnxruntime')}" in line


def test_a_diagnosis_has_every_package_and_the_weights_of_local_models() -> None:
    diagnosis = diagnose()
    assert set(diagnosis.versions) == {"annotator", "python", *PACKAGES}
    (embedded,) = (model for model in diagnosis.models if model.name == DEFAULT_MODEL)
    assert embedded.folder and all(len(digest) == 64 for digest in embedded.sha256.values())
