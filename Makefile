# make setup | serve | doctor | test | lint | bench: each does its own set-up first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
SIDE_BY_SIDE := --numprocesses auto --maxprocesses 4

# A failed test is run once more, alone: times that tests allow are those of a machine that does nothing else. Twice is a failure.
AGAIN = status=$$?; [ $$status = 1 ] || exit $$status; echo "==> Again, alone, what failed"; $(BIN)/python -m pytest --last-failed

.PHONY: help setup serve doctor test test-fast lint format docs bench quality clean
help: ## Show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.developed ## Make .venv and install everything, development tools included

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "openwaves needs Python 3.11 or newer; found: $$($(PYTHON) --version). Set PYTHON=/path/to/python3.11"; exit 1; }
	@echo "==> Making the environment in $(VENV) with $$($(PYTHON) --version)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "==> Bringing pip up to date"
	@$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@echo "==> Installing openwaves"
	@$(BIN)/python -m pip install --editable ".[japanese]"
	@touch $@

$(VENV)/.developed: $(VENV)/.installed
	@echo "==> Installing the development tools"
	@$(BIN)/python -m pip install --group dev
	@touch $@

serve: $(VENV)/.installed ## Fetch missing model files and start the server (HOST=… PORT=…)
	$(BIN)/openwaves serve --host $(HOST) --port $(PORT)

doctor: $(VENV)/.installed ## Check that this machine can serve, and say what to do if not
	$(BIN)/openwaves doctor

test: test-fast ## Run every test, fast ones first; last, one by one, those that need the machine to themselves
	$(BIN)/python -m pytest -m "slow and not alone" $(SIDE_BY_SIDE) --dist worksteal || { $(AGAIN) -m "slow and not alone"; }
	$(BIN)/python -m pytest -m alone || { $(AGAIN) -m alone; }

test-fast: setup ## Run only the fast tests
	$(BIN)/python -m pytest -m "not slow" $(SIDE_BY_SIDE) --dist loadfile || { $(AGAIN) -m "not slow"; }

lint: setup ## Check style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## Rewrite the sources in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup ## Build the documents as a site, in build/site
	$(BIN)/mkdocs build --strict

bench: setup ## Measure the speed of the voices on this machine, and of other servers
	$(BIN)/python -m bench.speed
	$(BIN)/python -m bench.latency
	$(BIN)/python -m bench.text
	$(BIN)/python -m bench.kokoro_backends
	$(BIN)/python -m bench.peers --short

quality: setup ## Measure how well the voices are understood and how they sound
	$(BIN)/python -m bench.quality

clean: ## Remove the environment and caches (not the model files)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
