# The after-sales portal. `make help` explains every target.
PYTHON ?= python3
BIN := .venv/bin
HOST ?= 127.0.0.1
PORT ?= 8080
WORKERS ?= auto

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run demo test lint types i18n i18n-update icons bench docs lock clean

help:  ## What can be made
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.venv/runtime: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --disable-pip-version-check -q -r requirements.lock
	$(BIN)/pip install --disable-pip-version-check -q --no-deps -e .
	touch $@

.venv/development: .venv/runtime requirements-dev.lock
	$(BIN)/pip install --disable-pip-version-check -q -r requirements-dev.lock
	touch $@

translations/zh/LC_MESSAGES/messages.mo: translations/zh/LC_MESSAGES/messages.po | .venv/runtime
	$(BIN)/pybabel -q compile -d translations

setup: .venv/runtime translations/zh/LC_MESSAGES/messages.mo  ## Make .venv from the lock file

setup-dev: setup .venv/development

run: setup  ## Start the portal with demo data: web server and engine, Ctrl-C ends both
	@$(BIN)/portal init
	@test -e $${PORTAL_DATA_DIR:-instance}/demo-password || $(BIN)/portal demo --size small
	@$(BIN)/portal logins
	@echo "http://$(HOST):$(PORT)"
	@PORTAL_PUBLIC_URL=$${PORTAL_PUBLIC_URL:-http://$(HOST):$(PORT)} exec $(BIN)/portal serve --host $(HOST) --port $(PORT)

demo: setup  ## Load the small demo into the database
	$(BIN)/portal init && $(BIN)/portal demo --size small

test: setup-dev  ## The whole test suite, linters and catalogue check included
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

lint: setup-dev  ## ruff
	$(BIN)/ruff check .

types: setup-dev  ## mypy, strict
	$(BIN)/mypy

i18n: setup-dev  ## Catalogues: nothing fuzzy, nothing untranslated, re-extraction gives no difference
	$(BIN)/python -m pytest tests/test_catalogues.py

i18n-update: setup-dev  ## Extract the words again and merge them into the catalogues
	$(BIN)/pybabel -q extract -F babel.cfg -k _l -k _lp:1c,2 -k lazy_gettext -k lazy_pgettext:1c,2 --no-location --sort-output --omit-header -o translations/messages.pot .
	$(BIN)/pybabel -q update -i translations/messages.pot -d translations --no-fuzzy-matching --ignore-obsolete --omit-header
	printf 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: zh\\n"\n\n' | cat - translations/zh/LC_MESSAGES/messages.po > translations/messages.tmp
	mv translations/messages.tmp translations/zh/LC_MESSAGES/messages.po
	$(BIN)/pybabel -q compile -d translations

icons: setup-dev  ## Cut the icon font down to the icons in use
	$(BIN)/python -m tools.icons

bench: setup-dev  ## SQL statements and medians with 100,000 complaints, beside stock Flask-AppBuilder
	$(BIN)/python -m benchmarks.pages

docs: setup  ## Print every process as table and diagram into docs/processes.md
	PORTAL_DEFAULT_LOCALE=en $(BIN)/portal workflow > docs/processes.md

lock: setup-dev  ## Resolve the dependencies again into the lock files
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --extra dev pyproject.toml -c requirements.lock -o requirements-dev.lock

clean:  ## Remove what can be made again (the data in instance/ stays)
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache
