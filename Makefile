# `make demo` and `make test` set up everything that they need.

# The first of these that exists and is new enough; a name on the PATH may be a shim without a Python.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	"$$python" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo test test-full test-all soak check snapshots screenshots bench bench-check wheel clean

demo: $(VENV)/.app
	$(BIN)/cgc-tui --demo

# Tests wait more than they compute: four processes keep two processors busy. They share the compiled tests.
test: check
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 4 -m 'not slow'

# The slow tests: programs in pseudo-terminals, with faults and over minutes.
test-full: $(VENV)/.test
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 4 -m slow

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The program on a platform with random faults; SECONDS and SEED can be set.
SECONDS ?= 600
SEED ?= 1
soak: $(VENV)/.test
	$(BIN)/python -m tests.soak --seconds $(SECONDS) --seed $(SEED)

# Every Python from 3.11 to 3.13 on the PATH, or installed by pyenv or uv.
test-all:
	sh tests/every-python.sh

snapshots: $(VENV)/.test
	$(BIN)/python -m pytest tests/tui/test_snapshots.py --snapshot-update

screenshots: $(VENV)/.test
	$(BIN)/python -m tests.make_screenshots

# Benchmarks: write BENCHMARKS.md, or check the budgets.
bench: $(VENV)/.test
	$(BIN)/python -m tests.bench --write

bench-check: $(VENV)/.test
	$(BIN)/python -m tests.bench --check

wheel: $(VENV)/.test
	$(BIN)/python -m pip wheel --no-deps --wheel-dir dist .

clean:
	rm -rf .venv* build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "cgc-tui needs Python 3.11 or newer; see README.md, Install." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.app: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@ $(VENV)/.app
