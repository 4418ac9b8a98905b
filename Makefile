# make demo   annotate the samples and show the CoNLL
# make test   run all tests
# make lint   check style and types
# Each makes .venv first, with the exact versions of constraints.txt.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint clean

demo: .venv/demo
	$(BIN)/annotate samples/*.txt samples/articles.jsonl --format conll

test: .venv/dev
	$(BIN)/python -m pytest

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

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
