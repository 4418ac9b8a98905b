"""Where the packages are: `train/` and `models/` install inside the package (see docs/design.md)."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["annotator", "annotator.*"]), "annotator.train", "annotator.models"],
    package_dir={"annotator": "annotator", "annotator.train": "train", "annotator.models": "models"},
    package_data={"annotator": ["py.typed"], "annotator.models": ["panx-mini/*"]},
)
