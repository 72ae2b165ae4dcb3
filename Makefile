# Two to begin with: `make run` and `make test`. They need Python 3.11+ with pip, nothing else.
PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
LAUNCH := $(BIN)/python -m nib_tracker.launch
# The machine's Python makes .venv; -I keeps it from reading anything but its own library.
SETUP := $(PYTHON) -I nib_tracker/launch/setup.py

.DEFAULT_GOAL := help
.PHONY: help setup run test fuzz lint bench screenshots manage lock messages clean

help: ## List the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | awk -F '\t' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: ## Make .venv from requirements.txt, if it is not in step with it (PYTHON=python3.12 names another Python)
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or name one: make run PYTHON=python3.12"; exit 1; }
	@$(SETUP)

run: setup ## Start everything: servers, plan, sample data, web, worker, beat (PORT=8001 for another port)
	@$(LAUNCH) run

test: setup ## Run all tests against real servers (ARGS="-k rollup" for some)
	@$(LAUNCH) test -- $(ARGS)

fuzz: setup ## Call the API with what its document allows and what it does not, longer than the tests do (FUZZ_EXAMPLES=1000)
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-100} LOG_LEVEL=ERROR $(LAUNCH) test -- -n0 -s -q tests/api/test_fuzz.py $(ARGS)

lint: setup ## Check style, imports, templates, types, migrations, messages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/mypy
	$(LAUNCH) messages --check
	$(LAUNCH) exec -- python manage.py makemigrations --check --dry-run

bench: setup ## Measure, each as a ratio to a floor of the same run
	@$(LAUNCH) exec -- python -m benchmarks $(ARGS)

screenshots: setup ## Take pictures of every reading page into docs/screenshots/
	@$(LAUNCH) exec -- python -m benchmarks.screenshots

manage: setup ## Run a management command: make manage ARGS="verify_ledger"
	@$(LAUNCH) exec -- python manage.py $(ARGS)

lock: setup ## Compile requirements.txt from pyproject.toml (ARGS=--upgrade for newer versions)
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --generate-hashes --allow-unsafe --strip-extras \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --extra local --extra dev $(ARGS) -o requirements.txt pyproject.toml

messages: setup ## Collect messages into locale/*.po and compile them
	$(LAUNCH) messages

clean: ## Remove .venv and everything that can be made again; the data in var/ stays
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache var/static var/static.digest var/test
	rm -f locale/*/LC_MESSAGES/*.mo
	find agencies targets reports nib_tracker tests benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
