# Two commands for a newcomer: `make run` and `make test`. Everything they need, they install.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Training has an environment of its own (requirements-train.txt), outside the repository.
TRAIN ?= python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run demo test check setup setup-dev system serve screenshots train clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## Crawl the bundled channels, tag, index, and open the dashboard
	$(BIN)/gongsheng demo

demo: setup ## The same without the dashboard
	$(BIN)/gongsheng demo --no-dashboard

test: setup-dev system ## Run every check and test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest

check: setup-dev ## The quick part: format, lint, types, tests without browser and slow ones
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -m "not browser and not elastic and not slow"

setup: $(VENV)/.requirements ## Make the virtual environment and install the requirements

setup-dev: $(VENV)/.requirements-dev ## The same with what the tests need

system: ## Install the system packages of the tests (Chromium, a Chinese font)
	sh tests/system_packages.sh

serve: setup ## Open the dashboard on what is there
	$(BIN)/gongsheng serve

screenshots: setup-dev ## Make the pictures of the documentation anew
	$(BIN)/python docs/screenshots.py

train: ## Fit the bundled tagger anew: make train DATA=... CORPUS=... ENCODER=... TOKENIZER=... RUN=...
	$(TRAIN) -m nlp.training.linear --corpus $(CORPUS) --annotated $(DATA)/annotated
	$(TRAIN) -m nlp.training.linear_emotions --corpus $(CORPUS) --data $(DATA)
	$(TRAIN) -m nlp.training.finetune --out $(RUN) --encoder $(ENCODER) --tokenizer $(TOKENIZER) \
	  --corpus $(CORPUS) --data $(DATA)
	$(TRAIN) -m nlp.training.export --checkpoint $(RUN)/final.pt --tokenizer $(RUN) \
	  --encoder $(ENCODER) --corpus $(CORPUS) --data $(DATA) --out nlp/weights/transformer
	$(TRAIN) -m nlp.training.calibrate --folder nlp/weights/transformer --corpus $(CORPUS) --data $(DATA)
	$(TRAIN) -m nlp.training.card --corpus $(CORPUS) --data $(DATA)

clean: ## Remove caches and the virtual environment (never the data)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; found: $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12" >&2; exit 1; }
	@# Debian's python3 comes without ensurepip; its package python3-venv brings it.
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv; } || \
	  { echo "python3-venv is missing: sudo apt-get install python3-venv" >&2; exit 1; }
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)

$(VENV)/.requirements: $(BIN)/python requirements.txt constraints.txt pyproject.toml
	$(BIN)/pip install --quiet --requirement requirements.txt
	@touch $@

$(VENV)/.requirements-dev: $(VENV)/.requirements requirements-dev.txt
	$(BIN)/pip install --quiet --requirement requirements-dev.txt
	@touch $@
