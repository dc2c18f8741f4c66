# Two targets do all the set-up: `make demo` and `make test`.

# The first of these that is there and new enough; a name on the PATH may be a shim for nothing.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	"$$python" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo test test-full test-all soak check snapshots screenshots bench bench-check wheel clean

demo: $(VENV)/.app
	$(BIN)/cgc-tui --demo

# Tests wait more than they compute: four at a time keep two processors busy.
test: check
	$(BIN)/python -m pytest -n 4 -m 'not slow'

# What takes long: whole programs in terminals of their own, under faults and for minutes.
test-full: $(VENV)/.test
	$(BIN)/python -m pytest -n 4 -m slow

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The whole program on a platform that fails at random; SECONDS and SEED can be given.
SECONDS ?= 600
SEED ?= 1
soak: $(VENV)/.test
	$(BIN)/python -m tests.soak --seconds $(SECONDS) --seed $(SEED)

# Every Python from 3.11 to 3.13 on the PATH, or where pyenv and uv put them.
test-all:
	sh tests/every-python.sh

snapshots: $(VENV)/.test
	$(BIN)/python -m pytest tests/tui/test_snapshots.py --snapshot-update

screenshots: $(VENV)/.test
	$(BIN)/python -m tests.make_screenshots

# What the app costs, with the figures in BENCHMARKS.md; and whether that is within its budgets.
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
