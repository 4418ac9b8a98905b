# make demo   annotate the samples and show the CoNLL
# make test   run all tests, in a process a core, four at most
# make lint   check style and types
# make bench  measure speed beside transformers.pipeline; TEXT=FILE to measure on, a sentence a line
# Each makes .venv first, with the exact versions of constraints.txt.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint bench clean

demo: .venv/demo
	$(BIN)/annotate samples/*.txt samples/articles.jsonl --format conll

test: .venv/dev
	$(BIN)/python -m pytest -n auto --maxprocesses 4

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/dev
	$(BIN)/python benchmarks/bench.py $(if $(TEXT),--text $(TEXT))

clean:
	rm -rf .venv build *.egg-info

.venv/bin/python:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip

# The files `.venv/demo` and `.venv/dev` say what has been installed.
.venv/demo: .venv/bin/python setup.py constraints.txt
	$(BIN)/python -m pip install --quiet -c constraints.txt -e .
	touch $@

.venv/dev: .venv/bin/python setup.py constraints.txt
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	touch $@ .venv/demo
