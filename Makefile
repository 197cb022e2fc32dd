# `make up` runs Winnow; `make test` checks it; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
STAMPS := $(VENV)/stamps

.DEFAULT_GOAL := help
# Servers that are killed or measured want the machine for themselves.
ALONE := tests/faults tests/web/test_upload_memory.py

.PHONY: help setup up test lint types imports unit thorough chaos trainers format messages lock wheel clean bench bench-import load

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Winnow needs Python 3.11 or newer; $(PYTHON) is older. Try: make up PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/packages: $(STAMPS)/venv requirements.lock pyproject.toml
	$(PIP) install --requirement requirements.lock
	$(PIP) install --no-deps --editable .
	@touch $@

$(STAMPS)/front-end: $(STAMPS)/packages package-lock.json scripts/front_end.py
	$(BIN)/python scripts/front_end.py
	@touch $@

$(STAMPS)/compiled: $(STAMPS)/packages $(wildcard app/curation/*.py app/curation/kernels/*.py)
	@echo "Compiling what looks at texts; this takes half a minute, once."
	@$(BIN)/python -m app.curation.prepare
	@touch $@

$(STAMPS)/test: $(STAMPS)/packages requirements-test.lock
	$(PIP) install --requirement requirements-test.lock
	@touch $@

setup: $(STAMPS)/packages $(STAMPS)/front-end $(STAMPS)/compiled ## Create .venv and install everything that Winnow needs

up: setup ## Run Winnow on this machine; DEMO=1 adds a demonstration dataset
	@exec $(BIN)/winnow up $(if $(DEMO),--demo)

test: setup $(STAMPS)/test ## Lint, types, import rules and all tests, on real services and a real browser
	@scripts/chromium.sh
	$(MAKE) lint types imports unit

lint: setup $(STAMPS)/test ## Style
	$(BIN)/ruff check .

types: setup $(STAMPS)/test ## Types
	$(BIN)/mypy app worker

imports: setup $(STAMPS)/test ## Which part may import which
	$(BIN)/lint-imports

unit: setup $(STAMPS)/test ## Tests only; ARGS goes to pytest
ifdef ARGS
	$(BIN)/pytest $(ARGS)
else
	$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder --durations 12 -m "not thorough" tests $(addprefix --ignore=,$(ALONE))
	$(BIN)/pytest -m "not thorough" $(ALONE)
endif

thorough: setup $(STAMPS)/test ## The tests that take long: kill -9 in every kind of work, broken builds, all looks of all pages
	@scripts/chromium.sh
	$(BIN)/pytest -m thorough --durations 12 tests

chaos: setup $(STAMPS)/test ## Two hundred experts, failing servers and networks, for CHAOS_SECONDS (300): no answer may be lost or doubled
	CHAOS_SECONDS=$${CHAOS_SECONDS:-300} CHAOS_SAMPLES=$${CHAOS_SAMPLES:-1500} $(BIN)/pytest -s tests/faults/test_review_chaos.py

trainers: ## Train on released files with TRL, in an environment of its own (.venv-trainers; several gigabytes)
	@test -x .venv-trainers/bin/python || $(PYTHON) -m venv .venv-trainers
	.venv-trainers/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[trainers]'
	HF_HUB_OFFLINE=1 .venv-trainers/bin/python -m pytest --confcutdir=tests/consumers tests/consumers $(ARGS)

format: setup $(STAMPS)/test ## Put the code in shape
	$(BIN)/ruff check --fix .

messages: setup ## Collect the texts of templates and code, and bring the translations up to date; MISSING=de lists what German lacks
	$(BIN)/python scripts/messages.py $(MISSING)

lock: $(STAMPS)/test ## Write the versions that are installed into the lock files
	$(BIN)/python scripts/lock.py

wheel: setup ## Build dist/*.whl, front end included
	$(PIP) install build
	$(BIN)/python -m build --wheel

bench: setup $(STAMPS)/test ## Run all benchmarks beside the peers; SECTION="Filters" runs one (results in benchmarks/RESULTS.md)
	nice $(BIN)/python -m benchmarks.run $(if $(SECTION),"$(SECTION)")

bench-import: setup ## Import of 100,000 and 1,000,000 rows: memory and time may not grow out of proportion
	nice $(BIN)/python benchmarks/import_memory.py

load: setup $(STAMPS)/test ## The desk under load: 50 experts and a real browser (results in benchmarks/REVIEW.md)
	@scripts/chromium.sh
	$(BIN)/python -m benchmarks.review

clean: ## Remove what set-up and tests made
	rm -rf $(VENV) .venv-trainers node_modules static/vendor dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
