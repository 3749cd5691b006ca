# Everything that one does with this project. `make help` prints the lines behind two hashes.

PORT ?= 8000
VENV ?= .venv
ARGS ?=
# How many tests run at once; `make test WORKERS=0` runs one after the other.
WORKERS ?= auto
BIN := $(VENV)/bin
PY := $(BIN)/python

# The first Python on this machine that is new enough; `make PYTHON=…` names another one.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)

# The packages are chosen by the oldest Python that is supported.
LOCK_PYTHON ?= /usr/bin/python3

# A module's tests share a stage, so a module stays with one worker.
SIDE_BY_SIDE := --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --require-virtualenv

.DEFAULT_GOAL := help
.PHONY: help setup run test test-sqlite test-postgresql check lint tidy bench load scan soak lock messages settings decisions

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(VENV)/.ready-dev ## make the environment from the pinned, hashed packages

run: $(VENV)/.ready-run ## serve the demo practice on 127.0.0.1:8000 (or PORT=8123)
	$(BIN)/portal demo --port $(PORT)

test: test-sqlite test-postgresql ## run every test on SQLite, then on PostgreSQL (ARGS='-k seal')

test-sqlite: $(VENV)/.ready-dev ## run every test on SQLite
	PORTAL_TEST_DATABASE=sqlite $(PY) -m pytest $(SIDE_BY_SIDE) $(ARGS)

test-postgresql: $(VENV)/.ready-dev ## run all that touches a database on PostgreSQL, which comes along
	PORTAL_TEST_DATABASE=postgresql $(PY) -m pytest $(SIDE_BY_SIDE) $(ARGS)

check: lint test ## lint, types, import contracts, then every test

lint: $(VENV)/.ready-dev ## lint, types and import contracts, without the tests
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/lint-imports --no-logo --config tests/house/at_run_time.toml

tidy: $(VENV)/.ready-dev ## mend what the linter can mend by itself
	$(BIN)/ruff check --fix .

bench: $(VENV)/.ready-dev ## measure: a table of ratios from one run
	$(PY) -m bench

load: $(VENV)/.ready-dev ## let 1, 8, 64 and 512 connections in, and 50,000 requests (ten minutes)
	$(PY) -m bench.load

# Scanners have packages of their own, which nothing that runs or is tested may depend on.
scan: $(VENV)/.ready-dev ## public scanners on code, packages, API and pages (ten minutes)
	@test -x .cache/scan/bin/schemathesis || { $(PY) -m venv .cache/scan && .cache/scan/bin/pip \
		install --quiet bandit==1.9.4 pip-audit==2.10.1 schemathesis==4.32.5; }
	@test -x .cache/wapiti/bin/wapiti || { $(PY) -m venv .cache/wapiti && .cache/wapiti/bin/pip \
		install --quiet wapiti3==3.2.3; ln -sf ../../wapiti/bin/wapiti .cache/scan/bin/wapiti; }
	$(PY) -m bench.scan --bin .cache/scan/bin

soak: $(VENV)/.ready-dev ## kill hundreds of servers and workers at work, and live through a year of 200 engagements (a night)
	PORTAL_SIMULATE=200 PORTAL_TEST_DATABASE=sqlite $(PY) -m pytest tests/simulate
	PORTAL_TEST_KILLS=200 PORTAL_TEST_MAILS=10000 PORTAL_TEST_DATABASE=sqlite $(PY) -m pytest tests/clockwork/test_kills.py
	PORTAL_TEST_KILLS=200 PORTAL_TEST_MAILS=10000 PORTAL_TEST_DATABASE=postgresql $(PY) -m pytest tests/clockwork/test_kills.py
	PORTAL_TEST_DRILLS=20 PORTAL_TEST_DAMAGE=10000 PORTAL_TEST_DATABASE=sqlite $(PY) -m pytest tests/backup
	PORTAL_TEST_DRILLS=20 PORTAL_TEST_DATABASE=postgresql $(PY) -m pytest tests/backup
	PORTAL_TEST_CRASHES=500 PORTAL_TEST_DATABASE=sqlite $(PY) -m pytest tests/trust/test_crash.py
	PORTAL_TEST_CRASHES=200 PORTAL_TEST_DATABASE=postgresql $(PY) -m pytest tests/trust/test_crash.py
	PORTAL_TEST_CRASHES=300 PORTAL_TEST_CRASH_PACE=84 PORTAL_TEST_DATABASE=sqlite $(PY) -m pytest tests/trust/test_crash.py -k loses_nothing
	PORTAL_TEST_CRASHES=200 PORTAL_TEST_CRASH_PACE=84 PORTAL_TEST_DATABASE=postgresql $(PY) -m pytest tests/trust/test_crash.py -k loses_nothing
	PORTAL_TEST_SYNCS=5000 PORTAL_TEST_DATABASE=sqlite $(PY) -m pytest tests/trust/test_synced.py
	PORTAL_TEST_SERVER_KILLS=40 PORTAL_TEST_DATABASE=postgresql $(PY) -m pytest tests/trust/test_server_killed.py
	PORTAL_TEST_STOPS=100 PORTAL_TEST_DATABASE=sqlite $(PY) -m pytest tests/trust/test_rolling.py
	PORTAL_TEST_SEEDS=20000 PORTAL_TEST_DATABASE=sqlite $(PY) -m pytest tests/trust/test_interleavings.py
	PORTAL_TEST_SEEDS=20000 PORTAL_TEST_DATABASE=postgresql $(PY) -m pytest tests/trust/test_interleavings.py
	PORTAL_TEST_MODELS=5000 PORTAL_TEST_DATABASE=sqlite $(PY) -m pytest tests/trust/test_machine.py
	PORTAL_TEST_MODELS=5000 PORTAL_TEST_DATABASE=postgresql $(PY) -m pytest tests/trust/test_machine.py
	PORTAL_TEST_ROUNDS=10000 PORTAL_TEST_DATABASE=sqlite $(PY) -m pytest tests/trust/test_threads.py
	PORTAL_TEST_ROUNDS=10000 PORTAL_TEST_DATABASE=postgresql $(PY) -m pytest tests/trust/test_threads.py
	PORTAL_TEST_FORGERIES=1000000 PORTAL_TEST_DATABASE=sqlite $(PY) -m pytest tests/links/test_tokens.py
	PORTAL_TEST_REPLAYS=2500 PORTAL_TEST_DATABASE=sqlite $(PY) -m pytest tests/factors/test_codes.py
	PORTAL_TEST_KILLS=200 PORTAL_TEST_DATABASE=sqlite $(PY) -m pytest tests/ground/test_rotation.py
	PORTAL_TEST_LOOKS=10 PORTAL_TEST_DATABASE=postgresql $(PY) -m pytest tests/web/test_safe_methods.py
	HYPOTHESIS_PROFILE=nightly PORTAL_TEST_DATABASE=sqlite $(PY) -m pytest tests/fuzz tests/web/test_anything.py

settings: $(VENV)/.ready-dev ## write docs/settings.md anew
	$(PY) -c "from portal.ground.settings import settings_page as page; print(page(), end='')" > docs/settings.md

decisions: $(VENV)/.ready-dev ## write docs/decisions.md anew
	$(PY) -c "from portal.sharing.views.rules import decisions_page as page; print(page(), end='')" > docs/decisions.md

messages: $(VENV)/.ready-dev ## gather the words for translators, and compile what they wrote
	@mkdir -p portal/translations
	$(BIN)/pybabel -q extract --mapping babel.cfg --no-wrap --sort-by-file --add-location=file \
		--project=portal --output portal/translations/messages.pot .
	@if ls portal/translations/*/LC_MESSAGES/*.po >/dev/null 2>&1; then \
		$(BIN)/pybabel -q update --input-file portal/translations/messages.pot --output-dir portal/translations --no-wrap && \
		$(BIN)/pybabel compile --directory portal/translations; \
	else echo "portal/translations/messages.pot is written; nobody has translated it so far."; fi

lock: ## choose and hash the packages anew from pyproject.toml (asks the public index alone)
	@test -x .cache/lock/bin/pip-compile || { $(LOCK_PYTHON) -m venv .cache/lock && \
		.cache/lock/bin/pip install --quiet pip-tools==7.6.2; }
	sh requirements/lock.sh .cache/lock/bin/pip-compile

# A stamp is older than the lock it was made from only when the lock has changed. What is
# installed already is not asked for again, so this needs no network then.
$(VENV)/.ready-run: requirements/run.txt pyproject.toml | $(PY)
	@echo "Installing what the portal runs on; the first time takes a minute or two."
	@$(INSTALL) --require-hashes -r requirements/run.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ready-dev: requirements/dev.txt $(VENV)/.ready-run
	@echo "Installing what the checks use."
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

$(PY):
	@test -n "$(PYTHON)" || { echo "This needs Python 3.11 or newer, and none was found." \
		"Install one, or say make PYTHON=/path/to/python3." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make" \
		"environments. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
