# make demo    annotate the samples and show the CoNLL
# make test    run all tests, in one process per core, four at most
# make coverage   the same, measuring which lines and branches they reach; fails below the floor
# make lint    check style, spelling, types and which room imports which
# make docs    build the documentation as a site, build/site/index.html, which needs no network; fails on warnings
# make bench   measure speed beside transformers.pipeline; TEXT=FILE to measure on a text with a sentence per line
# make test-lowest   run the tests with the lowest versions that pyproject.toml allows (needs uv)
# Each makes .venv first, with the exact versions of constraints.txt.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test coverage lint docs bench test-lowest clean

demo: .venv/demo
	$(BIN)/annotate samples/*.txt samples/articles.jsonl --format conll

test: .venv/dev
	$(BIN)/python -m pytest -n auto --maxprocesses 4

coverage: .venv/dev
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --cov --cov-report=term

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: .venv/dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

bench: .venv/dev
	$(BIN)/python benchmarks/bench.py $(if $(TEXT),--text $(TEXT))

test-lowest:
	uv venv --python 3.11 .venv-lowest
	uv pip install --python .venv-lowest --resolution lowest-direct -e '.[test]'
	.venv-lowest/bin/python -m pytest -n auto --maxprocesses 4

clean:
	rm -rf .venv .venv-lowest build *.egg-info

.venv/bin/python:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip

# The files `.venv/demo` and `.venv/dev` record what has been installed.
.venv/demo: .venv/bin/python setup.py pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet -c constraints.txt -e .
	touch $@

.venv/dev: .venv/bin/python setup.py pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	touch $@ .venv/demo
