# Two commands do everything: `make report` and `make test`. Each installs what it needs into .venv, once.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# a thread a process: xdist's workers already fill the cores, and small matrices wait for threads longer than they compute
export OPENBLAS_NUM_THREADS := 1

.PHONY: report test test-all lint lab bench clean

report: .venv/.run
	@$(BIN)/swe run published

test: .venv/.dev
	@sh tools/system_packages.sh
	@$(BIN)/python -m pytest -q -n auto -m "not slow"

test-all: .venv/.dev
	@sh tools/system_packages.sh
	@$(BIN)/python -m pytest -q -n auto

lint: .venv/.dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

lab: .venv/.dev
	@$(BIN)/jupyter lab --notebook-dir=.

bench: .venv/.dev
	@for bench in benchmarks/bench_*.py; do echo "== $$bench"; $(BIN)/python $$bench || exit 1; done

clean:
	rm -rf .venv

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "swe needs Python 3.11 or newer; say which with: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	@touch $@

# pip byte-compiles what it installs; our own folder is compiled beside it (imports take three times as long without).
.venv/.run: requirements.lock pyproject.toml .venv/.python
	$(BIN)/python -m pip install --quiet --compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q swe
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.run
	$(BIN)/python -m pip install --quiet --compile --require-hashes -r requirements-dev.lock
	@touch $@
