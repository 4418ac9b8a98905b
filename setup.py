"""Package metadata. `train/` and `models/` install inside the package (see docs/design.md)."""

from pathlib import Path

from setuptools import find_packages, setup

TRAIN = ["accelerate>=1.1", "datasets>=3.0", "seqeval>=1.2.2", "transformers>=5.0"]
EXPORT = ["onnx>=1.16"]
PLOT = ["matplotlib>=3.8"]
TEST = [
    "conllu>=6.0", "hypothesis>=6.100", "joblib>=1.3", "moto[server]>=5", "nervaluate>=1.2", "pandas>=2.2", "pytest>=8",
    "pytest-xdist>=3.6", "seqscore>=0.8",
]  # fmt: skip
LINT = ["mypy>=1.13", "ruff>=0.8", "types-regex", "types-tqdm"]

setup(
    name="annotator",
    version="0.1.0",
    description="Named-entity annotation of large multilingual corpora with XLM-RoBERTa",
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="MIT",
    license_files=["LICENSE"],
    python_requires=">=3.11",
    packages=[
        *find_packages(include=["annotator", "annotator.*"]),
        "annotator.train",
        "annotator.models",
    ],
    package_dir={"annotator": "annotator", "annotator.train": "train", "annotator.models": "models"},
    package_data={"annotator": ["py.typed"], "annotator.models": ["panx-mini/*"]},
    install_requires=[
        "backports.zstd>=1.0; python_version < '3.14'",
        "click>=8.1",
        "click-default-group>=1.2.4",
        "filelock>=3.12",
        "numpy>=1.26",
        "onnxruntime>=1.20",
        "pyarrow>=16",
        "regex>=2024.5.15",
        "rich>=13.7",
        "safetensors>=0.4.3",
        "spacy>=3.7.5",
        "srsly>=2.4.8",
        "tokenizers>=0.20",
        "torch>=2.6",
        "tqdm>=4.66",
        "transformers>=4.50",
    ],
    extras_require={
        "train": TRAIN,
        "export": EXPORT,
        "plot": PLOT,
        "test": TRAIN + EXPORT + PLOT + TEST,
        "lint": LINT,
        "dev": TRAIN + EXPORT + PLOT + TEST + LINT,
    },
    entry_points={
        "console_scripts": ["annotate = annotator.cli:main"],
        "spacy_factories": ["annotator = annotator.spacy_component:make_component"],
    },
    classifiers=[
        "Development Status :: 3 - Alpha",
        "Environment :: Console",
        "Intended Audience :: Science/Research",
        "License :: OSI Approved :: MIT License",
        "Programming Language :: Python :: 3.11",
        "Topic :: Text Processing :: Linguistic",
        "Typing :: Typed",
    ],
)
