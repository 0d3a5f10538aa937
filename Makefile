# Everything works on a machine that has Python 3.11 or newer and nothing else; PY names another interpreter.
PY  ?= python3
V   := .venv
BIN := $(V)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-deep check docs screenshot bench clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: $(V)/.core  ## review the notebooks that are shipped here
	@mkdir -p build
	@$(BIN)/nbcritic --fail-on never --format json --output build/report.json notebooks
	@$(BIN)/nbcritic --fail-on never notebooks
	@echo "The same review for other tools: build/report.json. The rules: $(BIN)/nbcritic rules"

test: $(V)/.test  ## run the tests, without the slow ones
	$(BIN)/pytest -m "not slow" -n auto $(ARGS)

test-slow: $(V)/.test  ## run the slow tests
	$(BIN)/pytest -m slow -n auto $(ARGS) || [ $$? -eq 5 ]  # 5: there are none

test-deep: $(V)/.test  ## run the property tests with thirty times the examples
	$(BIN)/pytest -m "not slow" -n auto --hypothesis-profile=deep $(ARGS)

check: $(V)/.test  ## lint, types, and generated pages in sync
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	set -e; for scenario in critiques/*/; do $(BIN)/mypy $$scenario; done  # each has a `probes.py`: one at a time
	$(BIN)/python -m nbcritic.docs --check

docs: $(V)/.docs  ## write the pages that are made from the rules, and the site: build/site
	$(BIN)/python -m nbcritic.docs
	$(BIN)/python -m sphinx -q -W --keep-going -n -d build/doctrees docs build/site

screenshot: $(V)/.core  ## make the picture in the README anew
	$(BIN)/python docs/make_screenshot.py

bench: $(V)/.test  ## measure speed and memory beside ruff and the peers, and write docs/speed.md
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python -m benchmarks.speed --write $(ARGS)
	$(BIN)/python -m benchmarks.memory --write

clean:  ## remove the environment and everything that was built
	rm -rf $(V) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PY) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; name one: make PY=python3.12")'
	@$(PY) -m venv $(V) || { rm -rf $(V); echo "This Python cannot make environments; on Debian: apt-get install python3-venv" >&2; exit 1; }

# uv is many times faster; where it cannot be installed, or cannot reach the packages, pip does the same.
install = @$(BIN)/python -m pip install -q --disable-pip-version-check uv >/dev/null 2>&1 \
	&& $(BIN)/uv pip install -q --python $(BIN)/python $(1) >/dev/null 2>&1 \
	|| $(BIN)/python -m pip install -q --disable-pip-version-check $(1)

$(V)/.core: pyproject.toml | $(BIN)/python
	@echo "setting up $(V)"
	$(call install,-e .)
	@touch $@

$(V)/.test: pyproject.toml | $(BIN)/python
	@echo "setting up $(V) for the tests"
	$(call install,-e ".[test]")
	@touch $@ $(V)/.core

$(V)/.docs: pyproject.toml | $(BIN)/python
	@echo "setting up $(V) for the documentation"
	$(call install,-e ".[docs]")
	@touch $@ $(V)/.core
