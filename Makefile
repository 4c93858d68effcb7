# What a person types. Works with GNU Make 3.81 or later and any POSIX shell; see docs/operations.md.

VENV ?= .venv
PY = $(VENV)/bin/python
NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
# The first Python that is new enough, unless PYTHON names one.
ifndef PYTHON
PYTHON := $(shell for python in python3 python3.13 python3.12 python3.11; do \
	if $$python -c '$(NEW_ENOUGH)' 2>/dev/null; then echo $$python; break; fi; done)
endif
NEED_PYTHON = test -n "$(PYTHON)" && $(PYTHON) -c '$(NEW_ENOUGH)' 2>/dev/null || { \
	echo "Predictor needs Python 3.11 or later. Install it, or name it: make run PYTHON=/path/to/python3.12" >&2; exit 1; }

# Tests and checks see nothing of the settings of whoever runs them, and touch no server of theirs.
FORGET = unset ALLOWED_HOSTS CACHE_KEY_PREFIX CORS_ORIGINS CSRF_TRUSTED_ORIGINS DATABASE_URL DEBUG DJANGO_SETTINGS_MODULE \
	HOST HTTPS MOST_COMPUTATIONS MOST_WAITERS PORT PYTEST_ADDOPTS RATE_PER_ADDRESS RATE_PER_KEY REDIS_TIMEOUT REDIS_URL \
	SECRET_KEY SECRET_KEY_FALLBACKS STALE_GRACE STATE_DIR THREADS TRUSTED_PROXIES
USE_POSTGRES = $(if $(TEST_DATABASE_URL),DATABASE_URL="$$TEST_DATABASE_URL")
USE_VALKEY = $(if $(TEST_REDIS_URL),REDIS_URL="$$TEST_REDIS_URL")
START_POSTGRES = $(if $(TEST_DATABASE_URL),,--postgres)
START_VALKEY = $(if $(TEST_REDIS_URL),,--valkey)
ON_POSTGRES = $(FORGET); $(USE_POSTGRES) $(USE_VALKEY) $(PY) -m predictor_site.embedded $(START_POSTGRES) $(START_VALKEY) --
ON_SQLITE = $(FORGET); DATABASE_URL=sqlite://:memory: $(USE_VALKEY) $(PY) -m predictor_site.embedded $(START_VALKEY) --
PYTEST = $(PY) -m pytest -n 2
# ARGS may choose tests of which none runs on SQLite.
NONE_OF_THEM = $(if $(ARGS),|| test $$? -eq 5)

.DEFAULT_GOAL = help
.PHONY: help run test test-sqlite test-slow bench bench-memory bench-flood bench-import bench-train bench-batch check openapi examples lock clean port-free

help: ## Say what can be typed
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

run: port-free $(VENV)/installed ## Serve it with all it needs: http://127.0.0.1:8000 (PORT=, ARGS=--no-demo)
	@exec $(PY) -m predictor_site.run --die-with-parent $$PPID $(ARGS)

test: $(VENV)/installed-dev ## Run the tests on PostgreSQL and Valkey, then some once more on SQLite (ARGS=)
	@$(ON_POSTGRES) $(PYTEST) -m "not slow" $(ARGS)
	@$(ON_SQLITE) $(PYTEST) -m "sqlite and not slow" $(ARGS) $(NONE_OF_THEM)

test-sqlite: $(VENV)/installed-dev ## Run those that are marked sqlite, on SQLite (ARGS=)
	@$(ON_SQLITE) $(PYTEST) -m "sqlite and not slow" $(ARGS)

test-slow: $(VENV)/installed-dev ## Run those that are marked slow, on PostgreSQL and Valkey (ARGS=)
	@$(ON_POSTGRES) $(PYTEST) -m slow $(ARGS) $(NONE_OF_THEM)

bench: bench-memory bench-flood bench-import bench-train bench-batch ## Measure all that docs/benchmarks.md shows

bench-memory: $(VENV)/installed ## Measure what Redis spends on each prediction (ARGS=--json)
	@$(PY) -m bench.memory $(ARGS)

bench-flood: $(VENV)/installed ## Count the predictions that survive a flood of unknown ids (ARGS=--policy volatile-ttl)
	@$(PY) -m bench.flood $(ARGS)

bench-import: $(VENV)/installed-dev ## Measure an import with its ratings against bulk_create alone (ARGS=--seasons 5)
	@$(PY) -m bench.importing $(ARGS)

bench-train: $(VENV)/installed-dev ## Measure train_model against features and fit in memory (ARGS=--seasons 5)
	@$(PY) -m bench.training $(ARGS)

bench-batch: $(VENV)/installed-dev ## Measure a batch of 500 cold predictions against one, over HTTP (ARGS=--json)
	@$(PY) -m bench.batch $(ARGS)

check: $(VENV)/installed-dev ## Check style, types, layers, migrations and the settings for production
	@echo "Style";      $(PY) -m ruff check --quiet . && $(PY) -m ruff format --check .
	@echo "Types";      $(FORGET); $(PY) -m mypy
	@echo "Layers";     $(PY) -c 'from importlinter.cli import lint_imports_command as c; c()' --no-logo
	@echo "Migrations"; $(FORGET); $(PRODUCTION) $(PY) manage.py makemigrations --check --dry-run
	@echo "Production"; $(FORGET); $(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

PRODUCTION = HTTPS=1 TRUSTED_PROXIES=127.0.0.1 ALLOWED_HOSTS=predictor.example DATABASE_URL=sqlite://:memory: \
	SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))')

# The largest numbers are PostgreSQL's, which is not asked for them: there need be no server.
openapi: $(VENV)/installed-dev ## Write docs/openapi.yaml anew from the code
	@$(FORGET); DATABASE_URL=postgres://nobody@localhost/none SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))') \
		$(PY) manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

examples: $(VENV)/installed-dev ## Record the examples of docs/openapi.yaml anew, from real answers; then: make openapi
	@$(ON_POSTGRES) $(PY) -m tests.integration.conformance.recording

lock: ## Pin the dependencies anew: requirements*.in to requirements*.txt (needs uv; ARGS=--upgrade)
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	@for name in requirements requirements-dev; do \
		uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
			--custom-compile-command "make lock" --output-file $$name.txt $(ARGS) $$name.in || exit 1; done

clean: ## Remove what was installed and cached; var, with the database, stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

port-free:
	@$(NEED_PYTHON)
	@$(PYTHON) -m predictor_site.run.address

$(VENV)/installed: requirements.txt
	@$(NEED_PYTHON)
	@$(PYTHON) -m predictor_site.install --venv $(VENV) requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	@$(PYTHON) -m predictor_site.install --venv $(VENV) requirements-dev.txt
	@touch $@
